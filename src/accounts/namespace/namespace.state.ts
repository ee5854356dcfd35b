import type { UserId } from '../user/user.events.js';
import type { NamespaceEvent, NamespaceProfile } from './namespace.events.js';

export type ActiveNamespace = {
  status: 'active';
  name: string;
  /** Undefined while the name is older than claims on looks. */
  skeleton: string | undefined;
  ownerId: UserId;
  profile: NamespaceProfile;
};
export type Namespace = { status: 'none' } | ActiveNamespace | { status: 'deleted' };

export const initialState: Namespace = { status: 'none' };

export const emptyProfile: NamespaceProfile = {
  displayName: '',
  description: '',
  githubHandle: '',
  twitterHandle: '',
  websiteUrl: '',
  avatar: null,
};

export function evolve(namespace: Namespace, event: NamespaceEvent): Namespace {
  if (event.type === 'accounts.namespace.created') {
    const { name, skeleton, ownerId } = event.data;
    return { status: 'active', name, skeleton, ownerId, profile: emptyProfile };
  }
  if (namespace.status !== 'active') return namespace;
  switch (event.type) {
    case 'accounts.namespace.renamed':
      return { ...namespace, name: event.data.name, skeleton: event.data.skeleton };
    case 'accounts.namespace.described':
      return { ...namespace, profile: { ...namespace.profile, ...event.data } };
    case 'accounts.namespace.deleted':
      return { status: 'deleted' };
  }
}
