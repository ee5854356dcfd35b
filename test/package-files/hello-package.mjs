import { mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

// (module (memory (export "memory") 1) (data (i32.const 0) "hello")
//   (func $twice (param i32) (result i32) (i32.mul (local.get 0) (i32.const 2)))
//   (func (export "_start") (drop (call $twice (i32.const 21)))))
const hello = Buffer.from(
  '0061736d0100000001090260017f017f60000003030200010503010001071302066d656d6f72790200065f737461727400010a11020700200041026c' +
    '0b0700411510001a0b0b0b010041000b0568656c6c6f000f046e616d6501080100057477696365',
  'hex',
);
// (module (memory (export "memory") 2) (func (export "_start")))
const other = Buffer.from(
  '0061736d01000000010401600000030201000503010002071302066d656d6f72790200065f737461727400000a040102000b',
  'hex',
);

const longName = `${'long-'.repeat(30)}name.txt`;
/** Path to content of everything in it. */
export const helloPackage = {
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
  'hello.wasm': hello,
  'bin/other.wasm': other,
  'public/index.html': '<!doctype html><title>hello</title>\n',
  'public/empty.txt': '',
  'public/deep/er/data.bin': Buffer.from(Array.from({ length: 256 }, (_, index) => index)),
  'public/ünïcode.txt': 'ü\n',
  [`public/${longName}`]: 'long\n',
  'config/etc/hello.conf': 'greeting=hello\n',
};

/** A hash depends on it, for a webc keeps the times of its files. */
const writtenAt = new Date('2026-02-03T04:05:06Z');

/** Writes the package, as somebody wrote it who wants to build it. */
export function writeHelloPackage(folder) {
  for (const [path, content] of Object.entries(helloPackage)) {
    const target = join(folder, path);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, content);
    for (let at = target; at !== dirname(folder); at = dirname(at)) utimesSync(at, writtenAt, writtenAt);
  }
}
