import { readFile, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { StartupError } from './startup-error.js';

/** Whom a child process runs as. */
export type Account = { uid: number; gid: number };

/**
 * Root's server runs under a user id that belongs to nobody else, so that no other daemon can read the data: the first one without an
 * account in this range, which systemd lists as unused (UIDS-GIDS.md) and which also exists in containers that map 65536 ids.
 */
const PRIVATE_IDS = { first: 60_706, last: 61_183 };

export function isRoot(): boolean {
  return process.getuid?.() === 0;
}

export async function privateAccount(): Promise<Account> {
  const taken = new Set([...ids(await readFile('/etc/passwd', 'utf8')), ...ids(await readFile('/etc/group', 'utf8'))]);
  for (let id = PRIVATE_IDS.first; id <= PRIVATE_IDS.last; id++) {
    if (!taken.has(id)) return { uid: id, gid: id };
  }
  throw new StartupError('No free user id is left for the database server. Run Waybill as an ordinary user.');
}

/**
 * Whom root lets run `initdb`, which, unlike the server, refuses a user id without an account (it calls getpwuid): `nobody`, or
 * else the first account that is not root's.
 */
export function namedAccount(passwd: string): Account {
  const accounts = passwd.split('\n').map((line) => line.split(':'));
  const usable = accounts.filter((fields) => Number(fields[2]) > 0);
  const chosen = usable.find((fields) => fields[0] === 'nobody') ?? usable[0];
  if (!chosen) {
    throw new StartupError(
      'Postgres does not run as root, and /etc/passwd has no other user. Run Waybill as an ordinary user, or set DATABASE_URL.',
    );
  }
  return { uid: Number(chosen[2]), gid: Number(chosen[3]) };
}

function ids(file: string): number[] {
  return file.split('\n').map((line) => Number(line.split(':')[2]));
}

/**
 * The first folder on the way to `path` (a real path) that the account may not enter, or undefined when it reaches `path`. Looks at the mode
 * bits only; an access list that grants more is not seen, which costs a copy and breaks nothing.
 */
export async function firstClosedFolder(path: string, account: Account): Promise<string | undefined> {
  for (const folder of ancestors(path)) {
    if (!mayEnter(await stat(folder), account)) return folder;
  }
  return undefined;
}

export function mayEnter(folder: { mode: number; uid: number; gid: number }, account: Account): boolean {
  if (folder.uid === account.uid) return (folder.mode & 0o100) !== 0;
  if (folder.gid === account.gid) return (folder.mode & 0o010) !== 0;
  return (folder.mode & 0o001) !== 0;
}

/** `/a/b/c` has `/`, `/a` and `/a/b`. */
function ancestors(path: string): string[] {
  const parent = dirname(path);
  return parent === path ? [] : [...ancestors(parent), parent];
}
