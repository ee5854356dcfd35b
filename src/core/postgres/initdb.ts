import { execFile } from 'node:child_process';
import { chown, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { namedAccount, type Account } from './account.js';
import type { Binaries } from './binaries.js';
import { settleTree, syncPath } from './files.js';
import { tellingLine } from './log-file.js';
import { StartupError } from './startup-error.js';

const LEFTOVER = 'postgres.init-';

/**
 * Makes the cluster `<base>/postgres`: in a folder beside, then forced to disk, then renamed, so that a cluster is whole or absent.
 * @param options.account whom it shall belong to; undefined: us
 * @param options.sync false only for tests that run with fsync off
 * @throws StartupError with the line that initdb ended with
 */
export async function makeCluster(options: {
  binaries: Binaries;
  base: string;
  account: Account | undefined;
  adminPassword: string;
  sync: boolean;
}): Promise<void> {
  const { binaries, base, account, adminPassword, sync } = options;
  const runAs = account && (await initdbAccount(account));
  const temporary = await mkdtemp(join(base, LEFTOVER));
  const passwordFile = join(temporary, 'password');
  const cluster = join(temporary, 'postgres');
  try {
    await writeFile(passwordFile, adminPassword, { mode: 0o600 });
    if (runAs) await Promise.all([temporary, passwordFile].map((path) => chown(path, runAs.uid, runAs.gid)));
    await runInitdb(binaries, cluster, passwordFile, runAs);
    await settleTree(cluster, { owner: account, sync });
    await rename(cluster, join(base, 'postgres'));
    await syncPath(base);
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

/** initdb wants a user with an account; the group is the server's own, for which the base folder is open. */
async function initdbAccount(server: Account): Promise<Account> {
  const { uid } = namedAccount(await readFile('/etc/passwd', 'utf8'));
  return { uid, gid: server.gid };
}

function runInitdb(
  binaries: Binaries,
  cluster: string,
  passwordFile: string,
  runAs: Account | undefined,
): Promise<void> {
  const encoding = ['--encoding=UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'];
  const access = [
    '--username=postgres',
    `--pwfile=${passwordFile}`,
    '--auth-host=scram-sha-256',
    '--auth-local=reject',
  ];
  const args = ['-D', cluster, ...encoding, ...access, '--no-instructions', '--no-sync'];
  const options = { ...runAs, cwd: '/', env: serverEnvironment() };
  return new Promise((resolve, reject) => {
    execFile(join(binaries.folder, 'bin', 'initdb'), args, options, (error, stdout, stderr) => {
      if (!error) return resolve();
      reject(new StartupError(`The database could not be made: ${initdbReason(`${stdout}\n${stderr}`, error)}`));
    });
  });
}

function initdbReason(output: string, error: Error): string {
  if (/No space left on device/.test(output)) return 'the disk is full.';
  if (/could not look up effective user ID/.test(output)) {
    return `${tellingLine(output)}. Give this user id a line in /etc/passwd, run Waybill as root, or set DATABASE_URL.`;
  }
  return output.trim() === '' ? cannotRun(error) : tellingLine(output);
}

/** For a program that did not run at all: no right to change the user, no loader for it on this system, a mount without exec. */
export function cannotRun(error: Error): string {
  return `the Postgres program cannot be run here (${error.message.split('\n')[0]}). Set DATABASE_URL to a Postgres of your own.`;
}

/** The servers get nothing of our environment: PG* variables, locale or a library path would change what they do. */
export function serverEnvironment(): Record<string, string> {
  return { LC_ALL: 'C', PATH: '/usr/bin:/bin' };
}

/**
 * Removes what a killed start left behind. Its initdb can still be running, for nothing kills it with us: it fails when its files go, and
 * its result is never used, so a folder that cannot be emptied just now is left to the next start.
 */
export async function removeLeftovers(base: string): Promise<void> {
  for (const name of await readdir(base)) {
    if (!name.startsWith(LEFTOVER)) continue;
    await rm(join(base, name), { recursive: true, force: true, maxRetries: 20, retryDelay: 50 }).catch(() => undefined);
  }
}
