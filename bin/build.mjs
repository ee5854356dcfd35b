import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { argv } from 'node:process';
import { fileURLToPath } from 'node:url';
import { withLock } from './lock.mjs';
import { root } from './paths.mjs';
import { contentHash, fingerprint, sourceFiles } from './sources.mjs';

const dist = join(root, 'dist');
const stampFile = join(dist, '.stamp');
const bundles = {
  waybill: 'src/main.ts',
  testkit: 'test/kit/runtime.ts',
  'package-file-worker': 'src/registry/package-file/worker.ts',
};

/**
 * Builds `dist/` when a source, the lock file or the build itself changed since the last time. The files are made in a folder
 * beside and renamed into place one by one, so a program that starts meanwhile finds the old or the new bundle, never half of one.
 * @param {{ force?: boolean }} options `force` builds in any case
 * @returns {Promise<boolean>} whether it was necessary
 * @throws Error that says what does not compile, and where
 */
export async function build({ force = false } = {}) {
  if (!force && isFresh()) return false;
  await withLock(
    join(dist, '.build.lock'),
    async () => {
      if (!force && isFresh()) return; // another start did it meanwhile
      const started = Date.now();
      process.stderr.write('Building… ');
      let result = 'failed';
      try {
        await make();
        result = `${((Date.now() - started) / 1000).toFixed(1)} s`;
      } finally {
        process.stderr.write(`${result}\n`);
      }
    },
    () => process.stderr.write('Another start is building: waiting for it.\n'),
  );
  return true;
}

function isFresh() {
  const stamp = readStamp();
  if (!stamp || !Object.keys(bundles).every((name) => existsSync(join(dist, `${name}.mjs`)))) return false;
  const paths = sourceFiles();
  const now = fingerprint(paths);
  if (stamp.fingerprint === now) return true;
  if (stamp.content !== contentHash(paths)) return false;
  writeStamp({ ...stamp, fingerprint: now });
  return true;
}

async function make() {
  // Taken before the sources are read: one that changes during the build makes the next start build again.
  const paths = sourceFiles();
  const stamp = { fingerprint: fingerprint(paths), content: contentHash(paths) };
  removeLeftOvers();
  const folder = mkdtempSync(join(dist, '.making-'));
  try {
    const { bundle } = await import('./bundle.mjs');
    await bundle(bundles, folder);
    await copyAssets(folder);
    moveInto(folder, dist);
    writeStamp(stamp);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What a killed build left behind. The lock is held, so nobody works there. */
function removeLeftOvers() {
  for (const name of readdirSync(dist)) {
    if (name.startsWith('.making-')) rmSync(join(dist, name), { recursive: true, force: true });
  }
}

/** Files that the program reads at run time: the schema's, and those that it serves to browsers. */
async function copyAssets(folder) {
  const { assets } = await import('./assets.mjs');
  for (const asset of assets) {
    const target = join(folder, asset.target);
    mkdirSync(dirname(target), { recursive: true });
    cpSync(join(root, asset.source), target, { dereference: true });
  }
}

/** Moves every file over its namesake. Files that are no longer made stay: nothing refers to them. */
function moveInto(from, to) {
  mkdirSync(to, { recursive: true });
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    if (entry.isDirectory()) moveInto(join(from, entry.name), join(to, entry.name));
    else renameSync(join(from, entry.name), join(to, entry.name));
  }
}

function readStamp() {
  try {
    return JSON.parse(readFileSync(stampFile, 'utf8'));
  } catch {
    return undefined; // never built, or cut off by a crash: build
  }
}

function writeStamp(stamp) {
  writeFileSync(`${stampFile}.${process.pid}`, JSON.stringify(stamp));
  renameSync(`${stampFile}.${process.pid}`, stampFile);
}

if (argv[1] === fileURLToPath(import.meta.url)) {
  const { ensureInstalled } = await import('./install.mjs');
  try {
    await ensureInstalled();
    await build({ force: argv.includes('--force') });
  } catch (error) {
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  }
}
