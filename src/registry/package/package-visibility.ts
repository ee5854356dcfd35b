import { mayManage } from '../../accounts/index.js';
import type { Actor } from '../../core/event-store/types.js';
import { hasOwner } from './package.queries.js';

/**
 * `maySee` for lists: conditions over the columns of `packageOwners`, whose first two parameters are those of `viewerValues`. Whoever
 * changes who may see what changes both; test/e2e/registry/lists.spec.ts asks every list as a stranger.
 */
export const managedByViewer = '($2::boolean OR coalesce(user_ref, manager_ref) = $1::text)';
export const seenByViewer = `${hasOwner} AND (NOT is_private OR ${managedByViewer})`;

/** Who asks, and whether they manage what anybody owns. */
export function viewerValues(actor: Actor): [userId: string | null, managesAll: boolean] {
  return [actor.kind === 'user' ? actor.userId : null, mayManage(actor, { ownerId: '' })];
}
