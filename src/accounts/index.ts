/** What other silos may use of this one. */
export { mayManage, type OwnerAction } from './accounts.rights.js';
export { initialFile } from './avatar/initial.js';
export { foldedName } from './owner-name.js';
export { OwnerCheck, type ActingOwner } from './owner/owner-check.js';
export { AccountsModule } from './accounts.module.js';
