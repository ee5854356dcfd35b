import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('peers', import.meta.url));

/**
 * Installs what the bench compares with (`peers/package-lock.json`) unless it is there. It stands apart from the product's packages, for
 * it asks for other versions of some.
 * @returns {Promise<string>} the folder
 * @throws Error when npm fails; its own reason is on stderr
 */
export async function ensurePeers() {
  if (isInstalled()) return folder;
  process.stderr.write('Installing the peers of the bench (npm ci)…\n');
  await npm(['ci', '--no-audit', '--no-fund', '--loglevel=error']);
  return folder;
}

function isInstalled() {
  const present = join(folder, 'node_modules/.package-lock.json');
  if (!existsSync(present)) return false;
  const versions = (file) => {
    const { packages } = JSON.parse(readFileSync(file, 'utf8'));
    return JSON.stringify(
      Object.entries(packages)
        .filter(([path]) => path !== '')
        .map(([path, { version }]) => [path, version]),
    );
  };
  return versions(present) === versions(join(folder, 'package-lock.json'));
}

function npm(args) {
  return new Promise((resolve, reject) => {
    const child = spawn('npm', args, { cwd: folder, stdio: ['ignore', 2, 2], shell: process.platform === 'win32' });
    child.on('error', reject);
    child.on('close', (code) =>
      code === 0 ? resolve() : reject(new Error(`npm ci in ${folder} ended with code ${code}.`)),
    );
  });
}
