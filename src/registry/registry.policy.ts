import { policies } from '../core/graphql/policy.js';

/** Who may call what. Under which owner's name somebody may publish is decided with that owner's state. */
export const registryPolicies = policies({
  'registry:release:push': { caller: 'user' },
  'registry:upload:create': { caller: 'user' },
  'registry:version:publish': { caller: 'user' },
});
