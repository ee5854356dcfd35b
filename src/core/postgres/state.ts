import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { readIfExists, writeDurably } from './files.js';
import { StartupError } from './startup-error.js';

/** What the data folder remembers of its database: `<dataDir>/postgres.json`, mode 0600, for it holds the passwords. */
export type State = {
  /** Password of the role `waybill`, with which the service connects. */
  password: string;
  /** Password of the superuser `postgres`. */
  adminPassword: string;
  /** Set once the cluster stands in its place: from then on a missing cluster is a loss and not a first start. */
  initializedAt?: string;
  /** The port of the last start, used again while it is free. */
  port?: number;
  /** Folder outside the data folder that holds the cluster, when the server's user cannot reach the data folder. */
  location?: string;
};

export function statePath(dataDir: string): string {
  return join(dataDir, 'postgres.json');
}

/** @throws StartupError when the file is damaged. */
export async function readState(dataDir: string): Promise<State | undefined> {
  const text = await readIfExists(statePath(dataDir));
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as State;
  } catch {
    throw new StartupError(
      `${statePath(dataDir)} is damaged; it holds the database's passwords. Restore it from a backup.`,
    );
  }
}

export async function writeState(dataDir: string, state: State): Promise<void> {
  await writeDurably(statePath(dataDir), `${JSON.stringify(state, null, 2)}\n`);
}

/** New random passwords of 192 bits, in letters that need no escaping in a URL or in SQL. */
export function newState(): State {
  return { password: randomBytes(24).toString('base64url'), adminPassword: randomBytes(24).toString('base64url') };
}
