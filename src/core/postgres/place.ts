import { randomBytes } from 'node:crypto';
import { chmod, chown, lstat, mkdir, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { firstClosedFolder, isRoot, privateAccount, type Account } from './account.js';
import { exists, readIfExists, syncPath, writeDurably } from './files.js';
import { readState, writeState, type State } from './state.js';
import { StartupError } from './startup-error.js';

/** Where the cluster of a data folder stands, and who runs its server. */
export type Place = {
  /** Folder around the cluster; the data folder itself unless the server's user cannot reach that. */
  base: string;
  /** PGDATA: `<base>/postgres`. */
  cluster: string;
  /** Undefined: the server runs as whoever runs Waybill. */
  account: Account | undefined;
};

/** Root's folder for clusters whose data folder is closed to every other user. */
export const SHARED_FOLDER = '/var/lib/waybill';

/**
 * Decides where the cluster is or will be, and opens the way to it for the server's user, and for nobody else.
 * @param dataDir real path of the data folder
 * @throws StartupError when the place on record is gone or belongs to another data folder, or the user cannot reach the cluster.
 */
export async function choosePlace(dataDir: string, state: State, sharedFolder: string): Promise<Place> {
  const base = state.location ?? dataDir;
  if (state.location) await checkClaim(dataDir, state.location, state);
  const cluster = join(base, 'postgres');
  const made = await exists(cluster);
  if (!made && state.initializedAt) throw lost(dataDir, cluster, state.initializedAt);
  if (!isRoot()) return placeOfOrdinaryUser(dataDir, base, cluster, made);

  const account = made ? await ownerOf(cluster) : await privateAccount();
  const closed = await firstClosedFolder(base, account);
  if (!closed) {
    await openFor(base, account);
    return { base, cluster, account };
  }
  if (made || state.location) throw unreachable(cluster, account, closed);
  return moveOut(dataDir, account, state, sharedFolder);
}

async function placeOfOrdinaryUser(dataDir: string, base: string, cluster: string, made: boolean): Promise<Place> {
  const self = process.getuid?.();
  if (made && self !== undefined && (await stat(cluster)).uid !== self) {
    throw new StartupError(
      `The database in ${cluster} belongs to another user (id ${(await stat(cluster)).uid}). Start Waybill as that user or as root, or give the whole data folder to yours (chown -R).`,
    );
  }
  if (((await stat(dataDir)).mode & 0o077) !== 0) await chmod(dataDir, 0o700);
  return { base, cluster, account: undefined };
}

/** A cluster that root copied belongs to root, as whom no server runs; it gets a new owner. */
async function ownerOf(cluster: string): Promise<Account> {
  const { uid, gid } = await stat(cluster);
  return uid === 0 ? privateAccount() : { uid, gid };
}

/** Only the owner lists and writes the folder; the server's group (its own, a private id) may pass through. */
async function openFor(base: string, account: Account): Promise<void> {
  const { uid, gid, mode } = await stat(base);
  const wanted = uid === account.uid ? 0o700 : 0o710;
  if (uid !== account.uid && gid !== account.gid) await chown(base, uid, account.gid);
  if ((mode & 0o777) !== wanted) await chmod(base, wanted);
}

/** The record of the new place is written first: a cluster without a record would be lost, a record without a cluster is filled later. */
async function moveOut(dataDir: string, account: Account, state: State, sharedFolder: string): Promise<Place> {
  await mkdir(sharedFolder, { recursive: true, mode: 0o755 });
  const shared = await realpath(sharedFolder);
  const { uid, mode } = await lstat(shared);
  const closed = await firstClosedFolder(join(shared, 'any'), account);
  if (uid !== 0 || (mode & 0o022) !== 0 || closed) {
    throw new StartupError(
      `${closed ?? shared} must belong to root and be open for others to pass, not to write (mode 755), for the database goes there: ${dataDir} is closed to its user.`,
    );
  }
  const base = join(shared, randomBytes(6).toString('hex'));
  await mkdir(base, { mode: 0o700 });
  await syncPath(shared);
  await openFor(base, account);
  await writeDurably(join(base, CLAIM), dataDir);
  state.location = base;
  await writeState(dataDir, state);
  return { base, cluster: join(base, 'postgres'), account };
}

/** Names, inside a place outside the data folder, the data folder that it belongs to. */
const CLAIM = 'data-folder';

/** A copied data folder leads to the same cluster as its original; a moved one takes its claim along. */
async function checkClaim(dataDir: string, location: string, state: State): Promise<void> {
  const claimedBy = await readIfExists(join(location, CLAIM));
  if (claimedBy === undefined)
    throw lost(dataDir, join(location, 'postgres'), state.initializedAt ?? 'an earlier start');
  if (claimedBy === dataDir) return;
  const other = await readState(claimedBy).catch(() => undefined);
  if (other?.location === location) {
    throw new StartupError(
      `${dataDir} is a copy of ${claimedBy}: both lead to the database in ${location}. Start with the original, or delete one of the two.`,
    );
  }
  await writeDurably(join(location, CLAIM), dataDir);
}

function lost(dataDir: string, cluster: string, since: string): StartupError {
  return new StartupError(
    `The database of ${dataDir}, made at ${since}, is not at ${cluster} any more. Bring that folder back; to begin anew without its data, remove ${dataDir}.`,
  );
}

function unreachable(cluster: string, account: Account, closed: string): StartupError {
  return new StartupError(
    `The database in ${cluster} belongs to user id ${account.uid}, who may not enter ${closed}. Allow it (chmod o+x ${closed}), or move the data folder.`,
  );
}
