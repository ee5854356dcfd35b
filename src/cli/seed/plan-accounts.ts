import { drawFor } from './draw.js';
import type { SeedOptions } from './options.js';
import { adjectives, firstNames, purposes, surnames, teams } from './words.js';

export type PlannedUser = { username: string; email: string; fullName: string };
export type PlannedNamespace = { name: string; owner: PlannedUser; displayName: string; description: string };

/** How the names of all seeded users and namespaces begin, whatever the seed. */
export const seededPrefix = 'seed-';

/** The nth user of a seed. Nobody answers at its address (RFC 2606). */
export function plannedUser(seed: number, index: number): PlannedUser {
  const name = nth(firstNames, index);
  const surname = drawFor(seed, 'user', index).of(surnames);
  return {
    username: `${seededPrefix}${seed}-${name}`,
    email: `${name}@seed-${seed}.example`,
    fullName: `${capital(nth(firstNames, index % firstNames.length))} ${surname}`,
  };
}

/** The namespace of the nth user: each has one. */
export function plannedNamespace(seed: number, index: number): PlannedNamespace {
  const name = nth(teams, index);
  const random = drawFor(seed, 'namespace', index);
  return {
    name: `${seededPrefix}${seed}-${name}`,
    owner: plannedUser(seed, index),
    displayName: `${capital(name)} ${random.of(['Collective', 'Labs', 'Works', 'Software', 'Tools'])}`,
    description: `Makes ${random.of(adjectives)} packages for ${random.of(purposes)}.`,
  };
}

/** Under whose name the nth package stands: mostly a namespace, and it is published by its owner. */
export function plannedOwner({ seed, users }: Pick<SeedOptions, 'seed' | 'users'>, index: number): string {
  const random = drawFor(seed, 'owner', index);
  const owner = random.below(users);
  return random.next() < 0.8 ? plannedNamespace(seed, owner).name : plannedUser(seed, owner).username;
}

/** Words in their order; when they are all used, again with a number behind. */
function nth(list: readonly string[], index: number): string {
  const round = Math.floor(index / list.length);
  const word = list[index % list.length]!;
  return round === 0 ? word : `${word}-${round + 1}`;
}

const capital = (word: string): string => word[0]!.toUpperCase() + word.slice(1);
