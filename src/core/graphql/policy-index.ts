import { type INestApplicationContext, Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { GraphQLSchemaHost } from '@nestjs/graphql';
import { type Access, accessOf, ruleOf } from './policy.js';

const rootTypes = new Set(['Query', 'Mutation', 'Subscription']);

/** What every root field says about access, read from the resolvers: the schema does not carry it, for Nest wraps the methods. */
@Injectable()
export class PolicyIndex implements OnModuleInit {
  private read: Map<string, Access | undefined> | undefined;

  constructor(@Inject(ModulesContainer) private readonly modules: ModulesContainer) {}

  /** @throws Error naming each field whose action no silo declares. */
  onModuleInit(): void {
    const unknown = [...this.access].flatMap(([field, access]) =>
      access?.kind === 'policy' && !ruleOf(access.action) ? [`${field} names "${access.action}"`] : [],
    );
    if (unknown.length > 0) throw new Error(`No policy table declares these actions: ${unknown.join(', ')}.`);
  }

  /** @param field `Query.viewer` */
  get(field: string): Access | undefined {
    return this.access.get(field);
  }

  /** The root fields that have a resolver of their own: `Query.viewer`, … */
  fields(): string[] {
    return [...this.access.keys()];
  }

  /** Read when it is first asked: by then every provider stands, whichever module starts first. */
  private get access(): Map<string, Access | undefined> {
    this.read ??= new Map(this.instances().flatMap(accessOfMethods));
    return this.read;
  }

  private instances(): object[] {
    const wrappers = [...this.modules.values()].flatMap((module) => [...module.providers.values()]);
    return wrappers.flatMap(({ instance }) => (typeof instance === 'object' && instance !== null ? [instance] : []));
  }
}

/** Of the root fields that an instance resolves, by name: `Query.viewer`. */
function accessOfMethods(instance: object): [string, Access | undefined][] {
  const prototype = Object.getPrototypeOf(instance) as object | null;
  return methodNames(prototype).flatMap((name) => {
    const method = (prototype as Record<string, unknown>)[name] as object;
    const type = Reflect.getMetadata('graphql:resolver_type', method) as string | undefined;
    if (!type || !rootTypes.has(type)) return [];
    const field = (Reflect.getMetadata('graphql:resolver_name', method) as string | undefined) ?? name;
    return [[`${type}.${field}`, accessOf(method)]];
  });
}

function methodNames(prototype: object | null): string[] {
  if (!prototype || prototype === Object.prototype) return [];
  const own = Object.entries(Object.getOwnPropertyDescriptors(prototype));
  const methods = own.filter(([name, { value }]) => name !== 'constructor' && typeof value === 'function');
  return [...methods.map(([name]) => name), ...methodNames(Object.getPrototypeOf(prototype) as object | null)];
}

/**
 * Compares the served schema with the resolvers, for a test that must find nothing.
 * @returns root fields of the schema without a resolver that has `@Policy` or `@Public`, and resolvers of fields that the schema lacks.
 */
export function rootFieldsWithoutPolicy(app: INestApplicationContext): string[] {
  const index = app.get(PolicyIndex, { strict: false });
  const { schema } = app.get(GraphQLSchemaHost, { strict: false });
  const served = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()].flatMap((type) =>
    type ? Object.keys(type.getFields()).map((field) => `${type.name}.${field}`) : [],
  );
  const open = served.filter((field) => !index.get(field));
  return [...open, ...index.fields().filter((field) => !served.includes(field))];
}
