import { policies } from '../core/graphql/policy.js';

/** Who may call what. */
export const registryPolicies = policies({
  'registry:upload:create': { caller: 'user' },
});
