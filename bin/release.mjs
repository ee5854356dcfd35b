import { cpSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { assets } from './assets.mjs';
import { build } from './build.mjs';
import { root } from './paths.mjs';

// What the bundle does not hold, without the embedded Postgres: a release is for those who have a database.
const packages = ['@node-rs/argon2', 'sharp', '@aws-sdk/client-s3'];
const bundles = ['waybill', 'package-file-worker'].flatMap((name) => [`dist/${name}.mjs`, `dist/${name}.mjs.map`]);
const programs = ['bin/waybill.mjs', 'bin/prepare.mjs', 'bin/paths.mjs', ...bundles];

/**
 * Puts into a folder what the program needs to run with a DATABASE_URL, and nothing else: no sources, no tools, no packages that the
 * bundle holds. It is a tenth of what a clone needs.
 * @param {string} folder made when it is missing
 */
export async function release(folder) {
  await build();
  const files = [...programs, ...assets.map(({ target }) => join('dist', target)), 'package.json'];
  for (const file of files) cpSync(join(root, file), join(folder, file), { dereference: true });
  const copied = new Set();
  for (const name of packages) copyPackage(name, folder, copied);
}

/** With all that it asks for. Optional packages of other platforms are not installed. */
function copyPackage(name, folder, copied) {
  const source = join(root, 'node_modules', name);
  if (copied.has(name) || !existsSync(source)) return;
  copied.add(name);
  cpSync(source, join(folder, 'node_modules', name), { recursive: true, dereference: true });
  const { dependencies = {}, optionalDependencies = {} } = JSON.parse(
    readFileSync(join(source, 'package.json'), 'utf8'),
  );
  for (const needed of Object.keys({ ...dependencies, ...optionalDependencies })) copyPackage(needed, folder, copied);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [folder] = process.argv.slice(2);
  if (folder) await release(folder);
  else {
    process.stderr.write('node bin/release.mjs <folder>\n');
    process.exitCode = 2;
  }
}
