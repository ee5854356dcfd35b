// Makes the package files of this folder anew, byte for byte: `node test/package-files/make.mjs <path of wasmer 7.4.2>`, with GNU tar.
// `hello-v2.webc` is made by `make-v2.rs`, for no program that is still given out writes version 2.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { argv } from 'node:process';
import { init, wat2wasm } from '@wasmer/sdk-publish/node';

const wasmer = argv[2] ?? 'wasmer';
const here = import.meta.dirname;
const scratch = mkdtempSync(join(tmpdir(), 'waybill-package-files-'));
const writtenAt = new Date('2026-02-03T04:05:06Z');

await init({});
const wasm = wat2wasm(`(module
  (memory (export "memory") 1)
  (data (i32.const 0) "hello")
  (func $twice (param i32) (result i32) (i32.mul (local.get 0) (i32.const 2)))
  (func (export "_start") (drop (call $twice (i32.const 21)))))`);

const longName = `${'long-'.repeat(30)}name.txt`;
const files = {
  'wasmer.toml': `[package]
name = "ada/hello"
version = "1.2.3"
description = "Says hello"
license = "MIT"
license-file = "LICENSE"
readme = "docs/README.md"
repository = "https://example.org/hello.git"
homepage = "https://example.org/"
entrypoint = "hello"

[dependencies]
"ada/world" = "^2.0"

[[module]]
name = "hello"
source = "hello.wasm"
abi = "wasi"

[[module]]
name = "other"
source = "bin/other.wasm"
abi = "wasi"

[[command]]
name = "hello"
module = "hello"
runner = "https://webc.org/runner/wasi"

[[command]]
name = "serve"
module = "other"
runner = "https://webc.org/runner/wcgi"

[[command]]
name = "world"
module = "ada/world:world"
runner = "wasi"

[fs]
"/public" = "public"
"/etc/hello" = "config/etc"
`,
  LICENSE: 'Permission is hereby granted.\n',
  'docs/README.md': '# Hello\n\nSays héllo.\n',
  'hello.wasm': wasm,
  'bin/other.wasm': wat2wasm('(module (memory (export "memory") 2) (func (export "_start")))'),
  'public/index.html': '<!doctype html><title>hello</title>\n',
  'public/empty.txt': '',
  'public/deep/er/data.bin': Buffer.from(Array.from({ length: 256 }, (_, index) => index)),
  'public/ünïcode.txt': 'ü\n',
  [`public/${longName}`]: 'long\n',
  'config/etc/hello.conf': 'greeting=hello\n',
};
for (const [path, content] of Object.entries(files)) {
  const target = join(scratch, path);
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(target, content);
  for (let at = target; at !== scratch; at = dirname(at)) utimesSync(at, writtenAt, writtenAt);
}

const run = (program, ...args) =>
  execFileSync(program, args, { cwd: scratch, stdio: ['ignore', 'inherit', 'inherit'] });
run(wasmer, 'package', 'build', '--out', join(here, 'hello-v3.webc'));
const tar = (format, name) =>
  run('tar', '--sort=name', '--owner=0', '--group=0', `--format=${format}`, '-czf', join(here, name), '.');
tar('gnu', 'hello-gnu.tar.gz');
tar('pax', 'hello-pax.tar.gz');
rmSync(scratch, { recursive: true });
process.exit(); // the SDK keeps threads
