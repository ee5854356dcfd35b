import type { Actor } from '../core/event-store/types.js';

/** The owner manages a namespace; so does whoever operates the instance, and the system itself. */
export function mayManage(actor: Actor, namespace: { ownerId: string }): boolean {
  if (actor.kind === 'system') return true;
  return actor.kind === 'user' && (actor.isOperator || actor.userId === namespace.ownerId);
}
