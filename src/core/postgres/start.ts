import { realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isRoot, type Account } from './account.js';
import { attach } from './attach.js';
import { locateBinaries, runnableBinaries, type Binaries } from './binaries.js';
import { localUrl } from './connection.js';
import { exists, readIfExists, settleTree } from './files.js';
import { makeCluster, removeLeftovers } from './initdb.js';
import { acquireDataDirLock } from './lock.js';
import { choosePlace, SHARED_FOLDER, type Place } from './place.js';
import type { Postmaster } from './postmaster-pid.js';
import { DATABASE, ensureRole, ROLE } from './roles.js';
import { launchServer, stopServer } from './server.js';
import { serverSettings } from './settings.js';
import { explain, StartupError } from './startup-error.js';
import { newState, readState, statePath, writeState, type State } from './state.js';

export type EmbeddedPostgres = {
  /** Connection string of the role `waybill`, owner of the database `waybill`, no superuser. Holds the password. */
  url: string;
  /** Connection string of the superuser, for tests' template databases. */
  adminUrl: string;
  dataDir: string;
  /** Of the postmaster. */
  pid: number;
  /** Whether the server was already running, left by a Waybill that was killed. */
  attached: boolean;
  /** Fast shutdown; resolves when the server is gone and the data folder free for the next Waybill. May be called twice. */
  stop(): Promise<void>;
};

export type StartOptions = {
  /** The Waybill data folder. */
  dataDir: string;
  log(line: string): void;
  /** Default 100. */
  maxConnections?: number;
  /** Further settings of the server, for example `fsync: 'off'` in tests. */
  settings?: Record<string, string>;
  /** How long the server may take until it is ready; recovery after a crash is part of it. Default 60 s. */
  timeoutMs?: number;
  /** Root's place for clusters whose data folder is closed to the server's user. Default /var/lib/waybill. */
  sharedFolder?: string;
};

/**
 * Starts the embedded Postgres of a data folder, or attaches to the one that a killed Waybill left running, and makes the cluster, the role
 * and the database when they are missing. Holds the lock of the data folder until `stop()` or the end of the process.
 * @throws StartupError with one clear line
 */
export async function startEmbeddedPostgres(options: StartOptions): Promise<EmbeddedPostgres> {
  const lock = await acquireDataDirLock(options.dataDir);
  try {
    const { server, attached, state, dataDir } = await startLocked(options);
    let stopping: Promise<void> | undefined;
    const stop = async () => {
      await stopServer(server.pid);
      await lock.release();
    };
    return {
      url: localUrl(ROLE, state.password, server.port, DATABASE),
      adminUrl: localUrl('postgres', state.adminPassword, server.port, 'postgres'),
      dataDir,
      pid: server.pid,
      attached,
      stop: () => (stopping ??= stop()),
    };
  } catch (error) {
    await lock.release();
    throw explain(error, `The database in ${options.dataDir} cannot be started`);
  }
}

type Started = { server: Postmaster; attached: boolean; state: State; dataDir: string };

async function startLocked(options: StartOptions): Promise<Started> {
  const { log, timeoutMs = 60_000, settings: overrides = {} } = options;
  const dataDir = await realpath(options.dataDir);
  const found = locateBinaries();
  const known = await readState(dataDir);
  const state = known ?? newState();
  const place = await choosePlace(dataDir, state, options.sharedFolder ?? SHARED_FOLDER);
  const binaries = await runnableBinaries(found, place.base, place.account, log);
  await removeLeftovers(place.base);
  if (await exists(place.cluster)) await checkCluster(place, binaries, known, dataDir);
  else await initialize(place, binaries, state, dataDir, options);

  const settings = serverSettings(binaries, options.maxConnections ?? 100, overrides);
  const running = await attach(place.cluster, settings, state, log, timeoutMs);
  const logPath = join(dataDir, 'postgres.log');
  const server =
    running ?? (await launchServer({ ...place, binaries, settings, logPath, wishedPort: state.port, timeoutMs }));
  await ensureRole(state, server.port, timeoutMs);
  if (state.port !== server.port || !state.initializedAt) {
    state.port = server.port;
    state.initializedAt ??= new Date().toISOString();
    await writeState(dataDir, state);
  }
  return { server, attached: running !== undefined, state, dataDir };
}

/** The passwords are on disk before the cluster that knows them. */
async function initialize(
  place: Place,
  binaries: Binaries,
  state: State,
  dataDir: string,
  options: StartOptions,
): Promise<void> {
  options.log(`Making a new database in ${place.cluster}.`);
  await writeState(dataDir, state);
  const sync = options.settings?.['fsync'] !== 'off';
  await makeCluster({ binaries, base: place.base, account: place.account, adminPassword: state.adminPassword, sync });
}

async function checkCluster(
  place: Place,
  binaries: Binaries,
  known: State | undefined,
  dataDir: string,
): Promise<void> {
  const version = (await readIfExists(join(place.cluster, 'PG_VERSION')))?.trim();
  if (version !== String(binaries.major)) {
    throw new StartupError(
      `The database in ${place.cluster} was written by PostgreSQL ${version ?? '(PG_VERSION is missing)'}; this Waybill brings ${binaries.major}. ` +
        `Dump it with the programs of version ${version ?? 'that wrote it'} (pg_dumpall), restore it into a new data folder, or run that version yourself and set DATABASE_URL.`,
    );
  }
  if (!known) {
    throw new StartupError(
      `${statePath(dataDir)} is missing; it holds the passwords of the database in ${place.cluster}. Restore it from a backup.`,
    );
  }
  if (isRoot() && place.account) await ownCluster(place.cluster, place.account);
}

/** A cluster that root restored from a copy belongs to root, file by file. */
async function ownCluster(cluster: string, account: Account): Promise<void> {
  if ((await stat(cluster)).uid !== account.uid) await settleTree(cluster, { owner: account, sync: false });
}
