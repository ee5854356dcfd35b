import { namespaceRows } from '../../../projections/accounts/namespaces/namespaces.projection.js';
import { userRows } from '../../../projections/accounts/users/users.projection.js';
import { packageRows } from '../../../projections/registry/packages/packages.projection.js';
import { mayManage } from '../../accounts/index.js';
import type { Actor } from '../../core/event-store/types.js';
import { tableName } from '../../core/projection/ddl.js';
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

const users = tableName(userRows);
const namespaces = tableName(namespaceRows);
const owner = `${tableName(packageRows)}.owner_id`;
const hasOwnerUnjoined = `coalesce((SELECT NOT is_erased FROM ${users} WHERE ${users}.id = ${owner}),
  (SELECT true FROM ${namespaces} WHERE ${namespaces}.id = ${owner}), false)`;

/**
 * The same over the columns of packages alone, for statements that are planned anew each time: they take twice as long to plan with
 * `packageOwners` joined.
 * @param add names a value in the statement
 */
export function seenBy(actor: Actor, add: (value: string) => string): string {
  if (mayManage(actor, { ownerId: '' })) return hasOwnerUnjoined;
  if (actor.kind !== 'user') return `NOT is_private AND ${hasOwnerUnjoined}`;
  const userId = add(actor.userId);
  const managed = `${owner} = ${userId} OR ${owner} = ANY (ARRAY (SELECT id FROM ${namespaces} AS own WHERE own.owner_id = ${userId}))`;
  return `(NOT is_private OR ${managed}) AND ${hasOwnerUnjoined}`;
}
