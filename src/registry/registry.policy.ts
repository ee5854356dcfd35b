import { policies } from '../core/graphql/policy.js';

/** Who may call what. Under which owner's name somebody may publish is decided with that owner's state. */
export const registryPolicies = policies({
  'registry:package:archive': { caller: 'user' },
  'registry:package:make-public': { caller: 'user' },
  'registry:package:update': { caller: 'user' },
  'registry:release:push': { caller: 'user' },
  'registry:upload:create': { caller: 'user' },
  'registry:version:archive': { caller: 'user' },
  'registry:version:publish': { caller: 'user' },
  'registry:version:yank': { caller: 'user' },
});
