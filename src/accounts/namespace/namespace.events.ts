import { eventTypes } from '../../core/event-store/event-types.js';
import type { Event } from '../../core/event-store/types.js';
import type { UserId } from '../user/user.events.js';

/** What a namespace says of itself; an empty text says nothing. `avatar` is the SHA-256 of a stored file, in hex. */
export type NamespaceProfile = {
  displayName: string;
  description: string;
  githubHandle: string;
  twitterHandle: string;
  websiteUrl: string;
  avatar: string | null;
};

/** The look of the name as it was claimed, to be released in the same form. Older events have none and claimed none. */
type Skeleton = { skeleton?: string };

export type NamespaceEvent =
  | Event<'accounts.namespace.created', { number: number; name: string; ownerId: UserId } & Skeleton>
  | Event<'accounts.namespace.renamed', { name: string; previousName: string } & Skeleton>
  | Event<'accounts.namespace.described', Partial<NamespaceProfile>>
  | Event<'accounts.namespace.deleted', Record<string, never>>;

export const namespaceEvents = eventTypes<NamespaceEvent>({
  'accounts.namespace.created': { version: 1 },
  'accounts.namespace.renamed': { version: 1 },
  // Version 2 may hold an avatar.
  'accounts.namespace.described': { version: 2, upcast: { 1: (data) => data } },
  'accounts.namespace.deleted': { version: 1 },
});
