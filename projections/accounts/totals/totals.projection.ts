import { sums } from '../../../src/core/projection/index.js';
import { namespaceEvents, type NamespaceEvent } from '../../../src/accounts/namespace/namespace.events.js';
import { userEvents, type UserEvent } from '../../../src/accounts/user/user.events.js';

/** How many accounts and namespaces this instance has. */
export const totals = sums<UserEvent | NamespaceEvent>({
  name: 'totals',
  version: 1,
  counters: ['count'],
  events: { ...userEvents, ...namespaceEvents },
  on: {
    'accounts.user.registered': () => [{ group: 'users', add: { count: 1 } }],
    'accounts.user.erased': () => [{ group: 'users', add: { count: -1 } }],
    'accounts.namespace.created': () => [{ group: 'namespaces', add: { count: 1 } }],
    'accounts.namespace.deleted': () => [{ group: 'namespaces', add: { count: -1 } }],
  },
});
