import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './paths.mjs';

const folders = ['src', 'projections', 'migrations', 'bin'];
const files = ['package.json', 'package-lock.json', 'test/kit/runtime.ts'];

/** Every file that the bundles depend on, as paths from the root, in a fixed order. */
export function sourceFiles() {
  const found = files.filter((file) => existsSync(join(root, file)));
  for (const folder of folders) if (existsSync(join(root, folder))) walk(folder, found);
  return found.sort();
}

/** Changes whenever a file is touched; cheap, for it reads no file. */
export function fingerprint(paths) {
  const hash = createHash('sha1');
  for (const path of paths) {
    const { size, mtimeMs, ino } = statSync(join(root, path));
    hash.update(`${path}\0${size}\0${mtimeMs}\0${ino}\n`);
  }
  return hash.digest('hex');
}

/** Changes only when what stands in the files changes, so that a checkout to and fro needs no build. */
export function contentHash(paths) {
  const hash = createHash('sha1');
  for (const path of paths) {
    const content = readFileSync(join(root, path));
    hash.update(`${path}\0${content.length}\n`).update(content);
  }
  return hash.digest('hex');
}

function walk(folder, found) {
  for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) walk(path, found);
    else if (!/\.(spec\.ts|md)$/.test(entry.name)) found.push(path);
  }
}
