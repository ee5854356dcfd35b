import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import { namespaceAggregate, CreateNamespace } from '../../accounts/namespace/namespace.commands.js';
import { findUserByName } from '../../accounts/user/user.lookup.js';
import { RegisterUser, userAggregate } from '../../accounts/user/user.commands.js';
import { streamIdOf } from '../../core/command/aggregate.js';
import { claimKey } from '../../core/event-store/claims.js';
import { CommandFailure } from '../exit.js';
import type { SeedOptions } from './options.js';
import {
  plannedNamespace,
  plannedUser,
  seededPrefix,
  type PlannedNamespace,
  type PlannedUser,
} from './plan-accounts.js';
import type { Seeder } from './seeder.js';

/** Who publishes under a name. */
export type SeededOwner = { id: string; version: number; userId: string };

/** Whether somebody has an account that no seed made. By the claims on names: read models may be late, or not there. */
export async function hasOtherAccounts(pool: pg.Pool): Promise<boolean> {
  const { rows } = await pool.query(
    'SELECT 1 FROM store.claims WHERE starts_with(key, $1) AND NOT starts_with(key, $2) AND starts_with(stream_id, $3) LIMIT 1',
    [claimKey('owner-name', ''), claimKey('owner-name', seededPrefix), 'user-'],
  );
  return rows.length > 0;
}

/**
 * Makes the users and namespaces that are not there yet.
 * @param passwordHash for all of them: hashing takes longer than all else
 * @returns who publishes, by the name of the user or namespace
 * @throws CommandFailure for a name that is somebody else's, or was given up
 */
export async function seedAccounts(
  seeder: Seeder,
  { seed, users }: SeedOptions,
  passwordHash: string,
): Promise<Map<string, SeededOwner>> {
  const owners = new Map<string, SeededOwner>();
  for (let index = 0; index < users && !seeder.interrupted.aborted; index++) {
    const user = plannedUser(seed, index);
    const namespace = plannedNamespace(seed, index);
    const seeded = (await existingUser(seeder, user)) ?? (await register(seeder, user, passwordHash));
    owners.set(user.username, seeded);
    owners.set(
      namespace.name,
      (await existingNamespace(seeder, namespace, seeded)) ?? (await createNamespace(seeder, namespace, seeded)),
    );
  }
  return owners;
}

async function existingUser({ core, there }: Seeder, { username }: PlannedUser): Promise<SeededOwner | null> {
  const userId = await findUserByName(core.store, username);
  if (!userId) return null;
  const { head, state } = await core.reader.load(userAggregate, userId);
  if (state.status !== 'active') throw unusable(username);
  there.users++;
  return { id: userId, version: head.version, userId };
}

async function register(
  { core, execute, added }: Seeder,
  user: PlannedUser,
  passwordHash: string,
): Promise<SeededOwner> {
  const number = await core.store.drawNumber('User');
  const registration = { number, ...user, passwordHash, isOperator: false, acceptedTerms: true, intent: null };
  const { streamId, version } = await execute(new RegisterUser(streamIdOf('user', number), registration, randomUUID()));
  added.users++;
  return { id: streamId, version, userId: streamId };
}

async function existingNamespace(
  { core, there }: Seeder,
  { name }: PlannedNamespace,
  { userId }: SeededOwner,
): Promise<SeededOwner | null> {
  const id = await core.store.ownerOfClaim(claimKey('owner-name', name));
  if (!id) return null;
  const { head, state } = await core.reader.load(namespaceAggregate, id);
  if (state.status !== 'active' || state.ownerId !== userId) throw unusable(name);
  there.namespaces++;
  return { id, version: head.version, userId };
}

async function createNamespace(
  { core, execute, added }: Seeder,
  { name, displayName, description }: PlannedNamespace,
  { userId }: SeededOwner,
): Promise<SeededOwner> {
  const number = await core.store.drawNumber('Namespace');
  const namespace = { number, name, ownerId: userId, profile: { displayName, description } };
  const { streamId, version } = await execute(new CreateNamespace(streamIdOf('namespace', number), namespace));
  added.namespaces++;
  return { id: streamId, version, userId };
}

function unusable(name: string): CommandFailure {
  return new CommandFailure(`${name} is there and not as a seed left it. Choose another --seed.`);
}
