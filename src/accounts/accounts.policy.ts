import { policies } from '../core/graphql/policy.js';

/** Who may call what. What a caller may do to one particular thing is decided with that thing's state, in its decide function. */
export const accountsPolicies = policies({
  'accounts:api-token:generate': { caller: 'user' },
  'accounts:api-token:revoke': { caller: 'user' },
  'accounts:namespace:create': { caller: 'user' },
  'accounts:namespace:update': { caller: 'user' },
  'accounts:namespace:delete': { caller: 'user' },
  'accounts:nonce:read': { caller: 'user' },
  'accounts:nonce:approve': { caller: 'user' },
  'accounts:user:update': { caller: 'user' },
  'accounts:user:rename': { caller: 'user' },
  'accounts:user:erase': { caller: 'user' },
  'accounts:user:prove': { caller: 'user' },
  'accounts:user:change-email': { caller: 'user' },
  'accounts:user:validate-email': { caller: 'user' },
});
