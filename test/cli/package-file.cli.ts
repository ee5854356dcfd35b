import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { readPackage } from '../../src/registry/package-file/read-package.js';
import type { PackageFile } from '../../src/registry/package-file/package-file.js';
import { sha256 } from '../kit/webc-file.js';
import { writeHelloPackage } from '../package-files/hello-package.mjs';
import { wasmerCli } from './wasmer.js';

// It builds and unpacks without a registry.
const wasmer = wasmerCli('http://127.0.0.1:9/graphql');
const folder = mkdtempSync(join(tmpdir(), 'waybill-package-'));
const built = join(folder, 'hello.webc');
let file: PackageFile;

beforeAll(async () => {
  const sources = join(folder, 'sources');
  mkdirSync(sources);
  writeHelloPackage(sources);
  expect(await wasmer.run('package', 'build', sources, '--out', built)).toMatchObject({ code: 0 });
  file = await readPackage(readFileSync(built));
});

afterAll(() => {
  wasmer.remove();
  rmSync(folder, { recursive: true });
});

it('`wasmer package build` makes the file that the tests have', () => {
  const kept = readFileSync(join(import.meta.dirname, '../package-files/hello-v3.webc'));
  expect(readFileSync(built).equals(kept)).toBe(true);
});

it('what `wasmer package unpack` writes is what was read: names, sizes, contents, and the manifest', async () => {
  const unpacked = join(folder, 'unpacked');
  const result = await wasmer.run('package', 'unpack', built, '--out-dir', unpacked, '--format', 'webc');
  expect(result).toMatchObject({ code: 0 });
  const found = new Map(
    readdirSync(unpacked, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => [relative(unpacked, join(entry.parentPath, entry.name)), join(entry.parentPath, entry.name)]),
  );
  expect(JSON.parse(readFileSync(found.get('manifest.json')!, 'utf8'))).toEqual(file.manifest);
  found.delete('manifest.json');
  const facts = (path: string) => {
    const content = readFileSync(path);
    return { sizeBytes: content.length, sha256: sha256(content).toString('hex') };
  };
  const atoms = file.atoms.map(({ name, sizeBytes, sha256 }) => [name, { sizeBytes, sha256 }] as const);
  const files = file.volumes.flatMap(({ name, entries }) =>
    entries.flatMap((entry) => {
      if (entry.kind === 'directory') return [];
      const { path, sizeBytes, sha256 } = entry;
      return [[join(name.replace(/^\//, ''), path), { sizeBytes, sha256 }] as const];
    }),
  );
  expect(Object.fromEntries([...found].map(([name, path]) => [name, facts(path)]))).toEqual(
    Object.fromEntries([...atoms, ...files]),
  );
});
