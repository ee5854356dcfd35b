import type { INestApplicationContext } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { GraphQLSchemaHost } from '@nestjs/graphql';
import type { FastifyInstance } from 'fastify';
import { plainToInstance } from 'class-transformer';
import { getMetadataStorage, ValidationTypes } from 'class-validator';
import { getNamedType, isInputObjectType, isObjectType, type GraphQLSchema } from 'graphql';
import { assertOwnerName } from '../../src/accounts/owner-name.js';
import { BlobModule } from '../../src/core/blob/blob.module.js';
import { UploadModule } from '../../src/core/upload/upload.module.js';
import { loadConfig } from '../../src/core/config/config.js';
import { createGraphqlModule } from '../../src/core/graphql/graphql.module.js';
import { NodeRegistry } from '../../src/core/graphql/node/node-registry.js';
import { rootFieldsWithoutPolicy } from '../../src/core/graphql/policy-index.js';
import { createApp } from '../../src/core/http/create-app.js';
import { createLogger } from '../../src/core/observability/logger.js';
import { CoreModule } from '../../src/core/runtime/core.module.js';
import { graphqlModules } from '../../src/modules.js';
import { silos } from '../../src/silos.js';
import { createTestDatabase, type TestDatabase } from '../kit/database.js';
import { startInstance, type TestInstance } from '../kit/instance.js';

let database: TestDatabase;
let instance: TestInstance;
let app: INestApplicationContext;
let schema: GraphQLSchema;
/** The paths of all routes outside the shell itself, as they are written. */
const paths: string[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
  instance = await startInstance(database.url, silos.all);
  const config = loadConfig({ WAYBILL_LOG_LEVEL: 'silent' });
  const nest = await createApp(config, createLogger(config), [
    CoreModule.forRoot(instance.core, instance.core.dispatcher(instance.projector.waiter), instance.projector.live),
    BlobModule,
    UploadModule,
    createGraphqlModule(graphqlModules),
  ]);
  const fastify: FastifyInstance = nest.getHttpAdapter().getInstance();
  fastify.addHook('onRoute', ({ url }) => void paths.push(url));
  app = await nest.init();
  // Uploads have a scope of their own, which is opened only now.
  await fastify.ready();
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

it('keeps the first part of every path from owners, whose names stand there, too', () => {
  const names = new Set(
    paths.map((path) => path.split('/')[1]!).filter((part) => part !== '' && !part.startsWith(':')),
  );
  expect([...names]).toEqual(expect.arrayContaining(['assets', 'auth', 'graphql', 'packages', 'settings', 'uploads']));
  for (const name of names) expect(() => assertOwnerName(name, 'name')).toThrow('This name cannot be used.');
});

/**
 * `import type` on an input class compiles, and its rules are silently lost, for the parameter's type becomes Object.
 * So every input that a root field takes, or holds in another, must come as the class of its name, with a rule on each of the schema's
 * fields.
 */
it('has a class with a rule for every field of every input', () => {
  const rules = inputRules();
  expect(rules.size).toBeGreaterThan(0);
  const inputs = Object.values(schema.getTypeMap()).filter(isInputObjectType);
  expect(Object.fromEntries(rules)).toEqual(
    Object.fromEntries(inputs.map((type) => [type.name, Object.keys(type.getFields()).sort()])),
  );
});

/** The kinds that `node` finds, and the types that promise to be found. */
it('finds every type that is a Node', () => {
  const promised = Object.values(schema.getTypeMap())
    .filter((type) => isObjectType(type) && type.getInterfaces().some(({ name }) => name === 'Node'))
    .map(({ name }) => name);
  expect(app.get(NodeRegistry, { strict: false }).kinds().sort()).toEqual(promised.sort());
});

/** Of each input class that a parameter of a resolver has, or another such class holds: the properties that have a rule. */
function inputRules(): Map<string, string[]> {
  const rules = new Map<string, string[]>();
  const visit = (inputClass: Function): void => {
    const type = schema.getType(inputClass.name);
    if (rules.has(inputClass.name)) return;
    const found = getMetadataStorage().getTargetValidationMetadatas(inputClass, '', false, false);
    if (!isInputObjectType(type)) {
      // The class of all arguments of a field is no type of the schema; what it holds is.
      const held = found.filter((rule) => rule.type === ValidationTypes.NESTED_VALIDATION);
      return held.forEach(({ propertyName }) => visit(heldClass(inputClass, propertyName)));
    }
    rules.set(type.name, [...new Set(found.map((rule) => rule.propertyName))].sort());
    const holders = Object.values(type.getFields()).filter((field) => isInputObjectType(getNamedType(field.type)));
    for (const { name } of holders) visit(heldClass(inputClass, name));
  };
  argumentClasses().forEach(visit);
  return rules;
}

/** What the pipe makes of an object in a property: Object itself where the class does not say. */
function heldClass(inputClass: Function, property: string): Function {
  const instance = plainToInstance(inputClass as new () => Record<string, object>, { [property]: {} });
  return instance[property]!.constructor;
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
