import type { Actor } from '../core/event-store/types.js';

/** What a client asks whether it may. */
export type OwnerAction = 'DEPLOY_APP' | 'PUBLISH_PACKAGE';

/**
 * Whether the caller may do this under the name of an owner: today all that who manages the owner may.
 * @param owner a namespace, or a user, who owns itself
 */
export function mayAct(actor: Actor, _action: OwnerAction, owner: { ownerId: string }): boolean {
  return mayManage(actor, owner);
}

/** The owner manages a thing: a namespace, a session, an API token. So does whoever operates the instance, and the system itself. */
export function mayManage(actor: Actor, thing: { ownerId: string }): boolean {
  if (actor.kind === 'system') return true;
  return isOwner(actor, thing) || (actor.kind === 'user' && actor.isOperator);
}

export function isOwner(actor: Actor, thing: { ownerId: string }): boolean {
  return actor.kind === 'user' && actor.userId === thing.ownerId;
}
