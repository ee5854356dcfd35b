import { normalise, projection, readTable } from '../../../src/core/projection/index.js';
import { namespaceEvents, type NamespaceEvent } from '../../../src/accounts/namespace/namespace.events.js';

export type NamespaceRow = {
  id: string;
  number: number;
  name: string;
  foldedName: string;
  ownerId: string;
  displayName: string;
  description: string;
  githubHandle: string;
  twitterHandle: string;
  websiteUrl: string;
  avatar: string | null;
  avatarUpdatedAt: Date | null;
  createdAt: Date;
  updatedAt: Date;
};

export const namespaceRows = readTable<NamespaceRow>({
  name: 'namespaces',
  version: 2,
  columns: {
    number: { type: 'bigint' },
    name: { type: 'text' },
    foldedName: { type: 'text', name: 'folded_name' },
    ownerId: { type: 'text', name: 'owner_id' },
    displayName: { type: 'text', name: 'display_name' },
    description: { type: 'text' },
    githubHandle: { type: 'text', name: 'github_handle' },
    twitterHandle: { type: 'text', name: 'twitter_handle' },
    websiteUrl: { type: 'text', name: 'website_url' },
    avatar: { type: 'text', nullable: true },
    avatarUpdatedAt: { type: 'timestamptz', name: 'avatar_updated_at', nullable: true },
    createdAt: { type: 'timestamptz', name: 'created_at' },
    updatedAt: { type: 'timestamptz', name: 'updated_at' },
  },
  indices: [
    { columns: ['foldedName'] },
    { columns: ['ownerId', 'foldedName'] },
    { columns: ['avatar'] },
    { name: 'alphabet', expression: 'folded_name COLLATE "C"' },
  ],
});

export const namespaces = projection<NamespaceRow, NamespaceEvent>({
  table: namespaceRows,
  events: namespaceEvents,
  on: {
    'accounts.namespace.created': (event) => ({
      id: event.streamId,
      number: event.data.number,
      ...named(event.data.name),
      ownerId: event.data.ownerId,
      displayName: '',
      description: '',
      githubHandle: '',
      twitterHandle: '',
      websiteUrl: '',
      avatar: null,
      avatarUpdatedAt: null,
      createdAt: event.occurredAt,
      updatedAt: event.occurredAt,
    }),
    'accounts.namespace.renamed': (event, row) => ({ ...row, ...named(event.data.name), updatedAt: event.occurredAt }),
    'accounts.namespace.described': (event, row) => ({
      ...row,
      ...event.data,
      ...(event.data.avatar !== undefined && { avatarUpdatedAt: event.occurredAt }),
      updatedAt: event.occurredAt,
    }),
    'accounts.namespace.deleted': () => null,
  },
});

const named = (name: string) => ({ name, foldedName: normalise(name) });
