import type { Config } from '../../core/config/config.js';
import { allRoles, listed, type Role } from './roles.js';

/** Lines for the operator about roles that cannot do their work as the process is set up. */
export function warnOfRoles(
  config: Pick<Config, 'databaseUrl' | 'port' | 'publicUrl'>,
  roles: readonly Role[],
): string[] {
  return [...roleNowhere(config, roles), ...linksToNowhere(config, roles)];
}

function roleNowhere({ databaseUrl }: Pick<Config, 'databaseUrl'>, roles: readonly Role[]): string[] {
  const missing = allRoles.filter((role) => role !== 'relay' && !roles.includes(role));
  if (databaseUrl || missing.length === 0) return [];
  return [
    `The embedded database is for one process, and this one does not run ${listed(missing)}: nobody does. Several processes need DATABASE_URL.`,
  ];
}

/** A process without the API has the default port like any other, but nobody answers a link there. */
function linksToNowhere({ port, publicUrl }: Pick<Config, 'port' | 'publicUrl'>, roles: readonly Role[]): string[] {
  if (!roles.includes('worker') || roles.includes('api') || publicUrl !== `http://localhost:${port}`) return [];
  return [
    `WAYBILL_PUBLIC_URL is not set: links in mails will lead to ${publicUrl}, where this process serves no pages.`,
  ];
}
