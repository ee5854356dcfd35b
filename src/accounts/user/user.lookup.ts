import { claimKey } from '../../core/event-store/claims.js';
import type { EventStore } from '../../core/event-store/event-store.js';

/** The account that holds a user name, by the claim itself; null when nobody or a namespace does. For the operator's commands. */
export async function findUserByName(store: EventStore, username: string): Promise<string | null> {
  const owner = await store.ownerOfClaim(claimKey('owner-name', username));
  return owner?.startsWith('user-') ? owner : null;
}
