import { accounts } from './accounts/accounts.silo.js';
import { Silos } from './core/command/silo.js';
import { registry } from './registry/registry.silo.js';

/** Every silo of the product: one line each. */
export const silos = new Silos([accounts, registry]);
