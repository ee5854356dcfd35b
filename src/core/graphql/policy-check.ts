import { defaultFieldResolver, type GraphQLField, type GraphQLSchema } from 'graphql';
import { refuse } from '../errors/core.errors.js';
import type { Actor } from '../event-store/types.js';
import type { Ctx } from './context.js';
import { type Access, type Caller, ruleOf } from './policy.js';
import type { PolicyIndex } from './policy-index.js';

declare module 'graphql' {
  interface GraphQLFieldExtensions<_TSource, _TContext, _TArgs> {
    /** What a root field says about access. */
    access?: Access;
  }
}

/**
 * Asks the policy of every root field before it runs, in the schema itself, so that no transport and no executor can pass it by. A field
 * without a policy is closed: nobody may use it.
 * @param schema changed in place
 * @returns the same schema
 */
export function checkPolicies(schema: GraphQLSchema, index: PolicyIndex): GraphQLSchema {
  for (const type of [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()]) {
    for (const field of Object.values(type?.getFields() ?? {})) check(field, index.get(`${type!.name}.${field.name}`));
  }
  return schema;
}

function check(field: GraphQLField<unknown, Ctx>, access: Access | undefined): void {
  const { resolve = defaultFieldResolver, subscribe } = field;
  field.extensions = { ...field.extensions, access };
  field.resolve = (root, args, ctx, info) => {
    admit(access, ctx.actor);
    return resolve(root, args, ctx, info);
  };
  if (!subscribe) return;
  field.subscribe = (root, args, ctx, info) => {
    admit(access, ctx.actor);
    return subscribe(root, args, ctx, info);
  };
}

/** @throws Refusal UNAUTHENTICATED or FORBIDDEN. */
function admit(access: Access | undefined, actor: Actor): void {
  if (!access) throw refuse('FORBIDDEN', {}, 'This field states no policy, so nobody may use it.');
  if (access.kind === 'policy') admitCaller(ruleOf(access.action)?.caller ?? 'operator', actor);
}

/** @throws Refusal UNAUTHENTICATED or FORBIDDEN. */
export function admitCaller(needed: Caller, actor: Actor): void {
  if (needed === 'anyone' || actor.kind === 'system') return;
  if (actor.kind === 'anonymous') throw refuse('UNAUTHENTICATED');
  if (needed === 'operator' && !actor.isOperator) throw refuse('FORBIDDEN');
}
