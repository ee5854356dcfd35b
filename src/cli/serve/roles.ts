import { InvalidArgumentError } from 'commander';

/** What a process can do of the service. Without a word it does all of it. */
export const roles = {
  api: 'GraphQL and the pages',
  projector: 'read models and reactors',
  relay: 'passes the log on to Kafka, when KAFKA_BROKERS is set',
  worker: 'jobs such as mails, and the hourly housekeeping',
} as const;

export type Role = keyof typeof roles;

export const allRoles = Object.keys(roles) as Role[];

/**
 * @param text role names, separated by commas, in any order.
 * @returns each once, in the order of `roles`.
 * @throws InvalidArgumentError that lists the roles there are.
 */
export function parseRoles(text: string): Role[] {
  const wanted = text.split(',').map((name) => name.trim());
  const unknown = wanted.find((name) => !allRoles.includes(name as Role));
  if (unknown === undefined) return allRoles.filter((role) => wanted.includes(role));
  const what = unknown === '' ? 'A role is missing.' : `There is no role ${JSON.stringify(unknown)}.`;
  throw new InvalidArgumentError(`${what} Roles: ${allRoles.join(', ')}; several are separated by commas.`);
}

/** For sentences: `api, relay and worker`. */
export function listed(names: readonly string[]): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}
