// Makes the package files of this folder anew, apart from some times in hello-pax.tar.gz: `node test/package-files/make.mjs <path of wasmer 7.4.2>`, with GNU tar.
// `hello-v2.webc` is made by `make-v2.rs`, for no program that is still given out writes version 2.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { argv } from 'node:process';
import { writeHelloPackage } from './hello-package.mjs';

const wasmer = argv[2] ?? 'wasmer';
const scratch = mkdtempSync(join(tmpdir(), 'waybill-package-files-'));
const made = (name) => {
  const path = join(import.meta.dirname, name);
  rmSync(path, { force: true }); // `wasmer` overwrites nothing
  return path;
};
const run = (program, ...args) =>
  execFileSync(program, args, { cwd: scratch, stdio: ['ignore', 'inherit', 'inherit'] });

writeHelloPackage(scratch);
run(wasmer, 'package', 'build', '--out', made('hello-v3.webc'));
for (const format of ['gnu', 'pax']) {
  const name = `hello-${format}.tar.gz`;
  run('tar', '--sort=name', '--owner=0', '--group=0', `--format=${format}`, '-czf', made(name), '.');
}
rmSync(scratch, { recursive: true });
