import { createHash } from 'node:crypto';
import { spawn } from 'node:child_process';
import { lstatSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { withLock } from './lock.mjs';
import { root } from './paths.mjs';

const lockFile = join(root, 'package-lock.json');
const modules = join(root, 'node_modules');
// npm writes this file last, so it is there only after a whole install.
const installedFile = join(modules, '.package-lock.json');
const stampFile = join(modules, '.waybill-installed');

/**
 * Installs the packages of package-lock.json by `npm ci` unless they are there.
 * @throws Error with one line for people when npm fails; npm's own reason is on stderr before it.
 */
export async function ensureInstalled() {
  if (isInstalled()) return;
  await withLock(
    join(root, 'dist/.install.lock'),
    async (alsoHeldBy) => {
      if (isInstalled()) return; // another start did it meanwhile
      await install(alsoHeldBy);
      if (!isInstalled())
        throw new Error('npm ci ended well, but node_modules does not hold what package-lock.json says.');
    },
    () => say('Another start is installing the packages: waiting for it.'),
  );
}

/** Cheap when nothing changed: two files are hashed. Only a change makes the lists be compared. */
function isInstalled() {
  const wanted = read(lockFile);
  const present = read(installedFile);
  if (!wanted) throw new Error('package-lock.json is missing.');
  if (!present) return false;
  const stamp = createHash('sha1')
    .update(`${process.platform} ${process.arch}\n`)
    .update(wanted)
    .update(present)
    .digest('hex');
  if (read(stampFile)?.toString() === stamp) return true;
  if (!isSame(JSON.parse(wanted).packages, JSON.parse(present).packages)) return false;
  try {
    writeFileSync(stampFile, stamp);
  } catch {
    // A read-only installation: the lists are compared at every start, which is slower and as right.
  }
  return true;
}

/** Optional packages may be missing (those of other platforms); what is there must have the version that is asked for. */
function isSame(wanted, present) {
  return Object.entries(wanted).every(([path, entry]) => {
    if (path === '') return true;
    const found = present[path];
    return found ? found.version === entry.version && found.integrity === entry.integrity : entry.optional === true;
  });
}

async function install(alsoHeldBy) {
  if (isLink(modules)) {
    throw new Error(
      'node_modules is a link and does not hold what package-lock.json says: run "npm ci" where it points to.',
    );
  }
  say('Installing the packages (npm ci). This takes a minute, once.');
  const started = Date.now();
  const progress = setInterval(() => say(`  still installing, ${seconds(started)}`), 15_000);
  try {
    await npm(['ci', '--no-audit', '--no-fund', '--include=dev', '--include=optional', '--loglevel=error'], alsoHeldBy);
  } finally {
    clearInterval(progress);
  }
  say(`Installed in ${seconds(started)}.`);
}

/** Runs npm with all its output on stderr. */
function npm(args, alsoHeldBy) {
  // npm names its own program to the scripts that it runs; without it (plain `node bin/waybill.mjs`) the one in PATH is taken.
  const own = /npm-cli\.c?js$/.test(process.env.npm_execpath ?? '') ? process.env.npm_execpath : undefined;
  const [program, ...first] = own ? [process.execPath, own] : ['npm'];
  return new Promise((resolve, reject) => {
    const child = spawn(program, [...first, ...args], {
      cwd: root,
      stdio: ['ignore', 2, 2],
      shell: !own && process.platform === 'win32',
    });
    if (child.pid) alsoHeldBy(child.pid);
    child.on('error', (error) =>
      reject(
        new Error(
          error.code === 'ENOENT' ? 'npm is not in PATH: install it, or run "npm ci" yourself.' : error.message,
        ),
      ),
    );
    child.on('close', (code, signal) =>
      code === 0
        ? resolve()
        : reject(
            new Error(
              `Installing the packages failed: npm ci ended with ${signal ?? `code ${code}`}; its reason is above.`,
            ),
          ),
    );
  });
}

function read(file) {
  try {
    return readFileSync(file);
  } catch (error) {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  }
}

function isLink(path) {
  return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() ?? false;
}

function seconds(started) {
  return `${Math.round((Date.now() - started) / 1000)} s`;
}

function say(line) {
  process.stderr.write(`${line}\n`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await ensureInstalled().catch((error) => {
    say(error.message);
    process.exitCode = 1;
  });
}
