import type { INestApplicationContext } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { GraphQLSchemaHost } from '@nestjs/graphql';
import { getMetadataStorage } from 'class-validator';
import { isInputObjectType, isNonNullType, type GraphQLSchema } from 'graphql';
import { AccountsModule, accountsSdl } from '../../../src/accounts/accounts.module.js';
import { accounts } from '../../../src/accounts/accounts.silo.js';
import { loadConfig } from '../../../src/core/config/config.js';
import { createGraphqlModule } from '../../../src/core/graphql/graphql.module.js';
import { rootFieldsWithoutPolicy } from '../../../src/core/graphql/policy-index.js';
import { createApp } from '../../../src/core/http/create-app.js';
import { createLogger } from '../../../src/core/observability/logger.js';
import { CoreModule } from '../../../src/core/runtime/core.module.js';
import { createTestDatabase, type TestDatabase } from '../../kit/database.js';
import { startInstance, type TestInstance } from '../../kit/instance.js';

let database: TestDatabase;
let instance: TestInstance;
let app: INestApplicationContext;
let schema: GraphQLSchema;

beforeAll(async () => {
  database = await createTestDatabase();
  instance = await startInstance(database.url, [accounts]);
  const config = loadConfig({ WAYBILL_LOG_LEVEL: 'silent' });
  const nest = await createApp(config, createLogger(config), [
    CoreModule.forRoot(instance.core, instance.core.dispatcher(instance.projector.waiter), instance.projector.live),
    createGraphqlModule({ typeDefs: [accountsSdl], imports: [AccountsModule] }),
  ]);
  app = await nest.init();
  ({ schema } = app.get(GraphQLSchemaHost, { strict: false }));
});

afterAll(async () => {
  await app.close();
  await instance.stop();
  await database.drop();
});

it('states a policy on every root field', () => {
  expect(rootFieldsWithoutPolicy(app)).toEqual([]);
});

/**
 * `import type` on an input class compiles, and its rules are silently lost, for the parameter's type becomes Object.
 * So every input of a root field must come as the class of its name, with a rule on each of the schema's fields.
 */
it('has a class with a rule for every field of every input', () => {
  const inputs = rootInputs(schema);
  expect(inputs.length).toBeGreaterThan(0);
  expect(inputs.map((name) => ({ name, fields: ruledFields(name) }))).toEqual(
    inputs.map((name) => ({ name, fields: Object.keys(inputFields(name)).sort() })),
  );
});

function rootInputs(of: GraphQLSchema): string[] {
  const fields = [of.getQueryType(), of.getMutationType()].flatMap((type) => Object.values(type?.getFields() ?? {}));
  const types = fields.flatMap((field) => field.args.map(({ type }) => (isNonNullType(type) ? type.ofType : type)));
  return [...new Set(types.filter(isInputObjectType).map((type) => type.name))].sort();
}

function inputFields(name: string): object {
  const type = schema.getType(name);
  if (!isInputObjectType(type)) throw new Error(`${name} is no input.`);
  return type.getFields();
}

function ruledFields(name: string): string[] {
  const inputClass = argumentClasses().find((candidate) => candidate.name === name);
  if (!inputClass) return [];
  const rules = getMetadataStorage().getTargetValidationMetadatas(inputClass, '', false, false);
  return [...new Set(rules.map((rule) => rule.propertyName))].sort();
}

/** The classes of all parameters of all resolvers, as the pipe sees them. */
function argumentClasses(): Function[] {
  const providers = [...app.get(ModulesContainer).values()].flatMap((module) => [...module.providers.values()]);
  return providers.flatMap(({ metatype }) => {
    const prototype = (metatype as Function | null)?.prototype as object | undefined;
    if (!prototype) return [];
    return Object.getOwnPropertyNames(prototype).flatMap(
      (method) => Reflect.getMetadata('design:paramtypes', prototype, method) ?? [],
    );
  });
}
