import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { printingModule } from '../kit/printing-module.js';

export type Projects = {
  /** Where files may be written, and are removed with the rest. */
  folder: string;
  /** Writes a folder with a `wasmer.toml` and what it names. @returns its path */
  write(name: string, files: Record<string, string | Buffer>): string;
  remove(): void;
};

/** A hash depends on it, for a webc keeps the times of its files. */
const writtenAt = new Date('2026-02-03T04:05:06Z');

export function projects(): Projects {
  const folder = mkdtempSync(join(tmpdir(), 'waybill-projects-'));
  return {
    folder,
    write(name, files) {
      for (const [path, content] of Object.entries(files)) {
        const target = join(folder, name, path);
        mkdirSync(dirname(target), { recursive: true });
        writeFileSync(target, content);
        for (let at = target; at !== folder; at = dirname(at)) utimesSync(at, writtenAt, writtenAt);
      }
      return join(folder, name);
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** A package with one command, named as the package, that prints a line. @param head more lines of `[package]` */
export function printing(fullName: string, version: string, line: string, head = ''): Record<string, string | Buffer> {
  const command = fullName.split('/')[1]!;
  return {
    'wasmer.toml': `[package]
name = "${fullName}"
version = "${version}"
description = "Prints a line"
${head}
[[module]]
name = "${command}"
source = "module.wasm"
abi = "wasi"

[[command]]
name = "${command}"
module = "${command}"
`,
    'module.wasm': printingModule(line),
  };
}

/** A package without a module: its command is that of its dependency. */
export function borrowing(fullName: string, version: string, dependency: string, requirement: string) {
  const command = dependency.split('/')[1]!;
  return {
    'wasmer.toml': `[package]
name = "${fullName}"
version = "${version}"
description = "Has no module of its own"
entrypoint = "main"

[dependencies]
"${dependency}" = "${requirement}"

[[command]]
name = "main"
module = "${dependency}:${command}"
`,
  };
}
