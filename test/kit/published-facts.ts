import { Refusal } from '../../src/core/errors/refusal.js';
import type { PackageFile } from '../../src/registry/package-file/package-file.js';
import { publishedFacts, type PublishedFacts, type PublisherInput } from '../../src/registry/publish/manifest.js';

/** A webc as builders make it: it does not say its name. */
export const webc: PackageFile = {
  format: 'webc-v3',
  sizeBytes: 1_000,
  sha256: 'a'.repeat(64),
  name: null,
  version: null,
  description: null,
  homepage: 'https://file.example/',
  repository: null,
  license: 'MIT',
  private: false,
  manifest: { entrypoint: 'run' },
  entrypoint: 'run',
  commands: [
    { name: 'run', runner: 'https://webc.org/runner/wasi', atom: 'app', dependency: null },
    { name: 'py', runner: 'https://webc.org/runner/wasi', atom: 'python', dependency: 'ada/python' },
  ],
  atoms: [{ name: 'app', kind: 'https://webc.org/kind/wasm', sizeBytes: 99, sha256: 'b'.repeat(64) }],
  volumes: [],
  mounts: [
    { path: '/public', volume: '/public', folder: null, dependency: null },
    { path: '/etc', volume: 'atom', folder: '/config/etc', dependency: null },
    { path: '/', volume: '/', folder: null, dependency: null },
  ],
  dependencies: [{ name: 'ada/python', source: 'ada/python@^3.1' }],
  wasmerToml: null,
  readme: { path: 'docs/README.md', text: '# File\n' },
  licenseFile: { path: 'LICENSE', text: 'Permission\n' },
  warnings: [],
};

/** What a wasmer.toml says of the same package, apart from `[package]`. */
export const content = `
[dependencies]
"ada/python" = "3.1"
[[module]]
name = "app"
source = "../target/app.wasm"
[[command]]
name = "run"
module = "app"
[[command]]
name = "py"
module = "ada/python:python"
[fs]
"/public" = "/build/public"
`;
export const about = (fields: string) => `[package]\n${fields}\n${content}`;
type Mutation = 'tag' | 'publish';

export function facts(
  input: PublisherInput,
  file: Partial<PackageFile> = {},
  mutation: Mutation = 'publish',
): PublishedFacts {
  return publishedFacts(input, { ...webc, ...file }, mutation);
}

/** The refusal that the same arguments get. */
export function refused(...args: Parameters<typeof facts>): Refusal {
  try {
    facts(...args);
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
  throw new Error('It was not refused.');
}
