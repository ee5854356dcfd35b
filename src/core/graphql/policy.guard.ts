import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { refuse } from '../errors/core.errors.js';
import type { Actor } from '../event-store/types.js';
import type { Ctx } from './context.js';
import { accessOf, type Caller, ruleOf } from './policy.js';

/** Global: asks the policy of every root field before it runs. HTTP controllers answer for themselves. */
@Injectable()
export class PolicyGuard implements CanActivate {
  /** @throws Refusal UNAUTHENTICATED or FORBIDDEN; also for a field without a policy, so that a forgotten one is closed. */
  canActivate(context: ExecutionContext): boolean {
    if (context.getType<string>() !== 'graphql') return true;
    const access = accessOf(context.getHandler());
    if (!access) throw refuse('FORBIDDEN', {}, 'This field states no policy, so nobody may use it.');
    if (access.kind === 'public') return true;
    // The third argument of a resolver is the context.
    admit(ruleOf(access.action)?.caller ?? 'operator', context.getArgByIndex<Ctx>(2).actor);
    return true;
  }
}

function admit(needed: Caller, actor: Actor): void {
  if (needed === 'anyone' || actor.kind === 'system') return;
  if (actor.kind === 'anonymous') throw refuse('UNAUTHENTICATED');
  if (needed === 'operator' && !actor.isOperator) throw refuse('FORBIDDEN');
}
