import type { Actor } from '../core/event-store/types.js';

/** The owner manages a thing: a namespace, a session, an API token. So does whoever operates the instance, and the system itself. */
export function mayManage(actor: Actor, thing: { ownerId: string }): boolean {
  if (actor.kind === 'system') return true;
  return actor.kind === 'user' && (actor.isOperator || actor.userId === thing.ownerId);
}
