import { aggregate, decides } from '../../core/command/aggregate.js';
import { command, type CommandMeta } from '../../core/command/command.js';
import { decision, type Claim, type Decision, type Fact } from '../../core/command/decision.js';
import { refuse } from '../accounts.errors.js';
import { mayManage } from '../accounts.rights.js';
import { assertOwnerName, ownerName, ownerNameClaims, ownerSkeleton, skeletonOf } from '../owner-name.js';
import type { UserId } from '../user/user.events.js';
import { namespaceEvents, type NamespaceEvent, type NamespaceProfile } from './namespace.events.js';
import { emptyProfile, evolve, initialState, type ActiveNamespace, type Namespace } from './namespace.state.js';

export class CreateNamespace extends command('CreateNamespace') {
  constructor(
    readonly streamId: string,
    readonly namespace: { number: number; name: string; ownerId: UserId; profile: Partial<NamespaceProfile> },
  ) {
    super();
  }
}

export type NamespaceChange = { name?: string } & Partial<NamespaceProfile>;

export class UpdateNamespace extends command('UpdateNamespace') {
  constructor(
    readonly streamId: string,
    readonly change: NamespaceChange,
  ) {
    super();
  }
}

export class DeleteNamespace extends command('DeleteNamespace') {
  constructor(readonly streamId: string) {
    super();
  }
}

/** The owner's stream must stand: a namespace of an account that never was cannot come to be. */
export function createNamespace(
  namespace: Namespace,
  { namespace: wanted }: CreateNamespace,
): Decision<NamespaceEvent> {
  if (namespace.status !== 'none') throw refuse('NAME_TAKEN', { field: 'name' });
  const { number, name, ownerId, profile } = wanted;
  assertOwnerName(name, 'name');
  return decision<NamespaceEvent>(
    {
      event: { type: 'accounts.namespace.created', data: { number, name, skeleton: skeletonOf(name), ownerId } },
      claims: { take: ownerNameClaims(name, 'name') },
    },
    described(emptyProfile, profile),
    { require: { streamId: ownerId, version: 'exists' } },
  );
}

/** Changes what is given and differs; one command, one append, however many facts follow from it. */
export function updateNamespace(
  namespace: Namespace,
  { change }: UpdateNamespace,
  meta: CommandMeta,
): Decision<NamespaceEvent> {
  const current = managed(namespace, meta);
  const { name, ...profile } = change;
  return decision<NamespaceEvent>(
    name !== undefined && name !== current.name && renamed(current, name),
    described(current.profile, profile),
  );
}

export function deleteNamespace(namespace: Namespace, _: DeleteNamespace, meta: CommandMeta): Decision<NamespaceEvent> {
  const current = managed(namespace, meta);
  return decision<NamespaceEvent>({
    event: { type: 'accounts.namespace.deleted', data: {} },
    claims: { release: heldClaims(current) },
  });
}

/** Who may not change it gets the same answer as for one that does not exist. */
function managed(namespace: Namespace, meta: CommandMeta): ActiveNamespace {
  if (namespace.status !== 'active' || !mayManage(meta.actor, namespace)) throw refuse('NAMESPACE_NOT_FOUND');
  return namespace;
}

function renamed(namespace: ActiveNamespace, name: string): Fact<NamespaceEvent> {
  assertOwnerName(name, 'name');
  return {
    event: {
      type: 'accounts.namespace.renamed',
      data: { name, skeleton: skeletonOf(name), previousName: namespace.name },
    },
    claims: { take: ownerNameClaims(name, 'name'), release: heldClaims(namespace) },
  };
}

/** Only what the stream took: the release of another's claim is refused by the store. */
function heldClaims({ name, skeleton }: ActiveNamespace): Claim[] {
  return [ownerName(name, 'name'), ...(skeleton === undefined ? [] : [ownerSkeleton(skeleton, 'name')])];
}

function described(profile: NamespaceProfile, given: Partial<NamespaceProfile>): Fact<NamespaceEvent> | false {
  const changed = Object.entries(given).filter(
    ([field, value]) => value !== undefined && value !== profile[field as keyof NamespaceProfile],
  );
  return changed.length > 0 && { event: { type: 'accounts.namespace.described', data: Object.fromEntries(changed) } };
}

export const namespaceAggregate = aggregate<Namespace, NamespaceEvent>({
  name: 'namespace',
  events: namespaceEvents,
  initialState,
  evolve,
  decisions: [
    decides(CreateNamespace, createNamespace),
    decides(UpdateNamespace, updateNamespace),
    decides(DeleteNamespace, deleteNamespace),
  ],
});
