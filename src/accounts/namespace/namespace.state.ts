import type { UserId } from '../user/user.events.js';
import type { NamespaceEvent, NamespaceProfile } from './namespace.events.js';

export type ActiveNamespace = { status: 'active'; name: string; ownerId: UserId; profile: NamespaceProfile };
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
    return { status: 'active', name: event.data.name, ownerId: event.data.ownerId, profile: emptyProfile };
  }
  if (namespace.status !== 'active') return namespace;
  switch (event.type) {
    case 'accounts.namespace.renamed':
      return { ...namespace, name: event.data.name };
    case 'accounts.namespace.described':
      return { ...namespace, profile: { ...namespace.profile, ...event.data } };
    case 'accounts.namespace.deleted':
      return { status: 'deleted' };
  }
}
