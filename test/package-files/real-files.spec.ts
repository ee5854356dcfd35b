import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Refusal } from '../../src/core/errors/refusal.js';
import type { PackageFile } from '../../src/registry/package-file/package-file.js';
import { readPackage } from '../../src/registry/package-file/read-package.js';
import { sha256 } from '../kit/webc-file.js';
import { helloPackage } from './hello-package.mjs';

const longName = `${'long-'.repeat(30)}name.txt`;
const names = ['hello-v3.webc', 'hello-v2.webc', 'hello-gnu.tar.gz', 'hello-pax.tar.gz'];
const bytesOf = (name: string): Buffer => readFileSync(join(import.meta.dirname, name));
const read = (name: string): Promise<PackageFile> => readPackage(bytesOf(name));

/** Volume, path, and what it was in the package that each of them was made of. */
const contents: [volume: string, path: string, source: string][] = [
  ['/public', 'index.html', 'public/index.html'],
  ['/public', 'empty.txt', 'public/empty.txt'],
  ['/public', 'deep/er/data.bin', 'public/deep/er/data.bin'],
  ['/public', 'ünïcode.txt', 'public/ünïcode.txt'],
  ['/public', longName, `public/${longName}`],
  ['/config/etc', 'hello.conf', 'config/etc/hello.conf'],
];
const metadata: typeof contents = [
  ['metadata', 'LICENSE', 'LICENSE'],
  ['metadata', 'docs/README.md', 'docs/README.md'],
];

function filesOf({ volumes }: PackageFile): Record<string, [size: number, hash: string]> {
  const files = volumes.flatMap(({ name, entries }) =>
    entries.flatMap((entry) =>
      entry.kind === 'file' ? [[`${name} ${entry.path}`, [entry.sizeBytes, entry.sha256]] as const] : [],
    ),
  );
  return Object.fromEntries(files) as Record<string, [number, string]>;
}

const expected = (list: typeof contents, place: (volume: string, path: string) => string) =>
  Object.fromEntries(
    list.map(([volume, path, source]) => {
      const content = Buffer.from(helloPackage[source]!);
      return [place(volume, path), [content.length, sha256(content).toString('hex')]];
    }),
  );

it.each(names)('%s: facts, commands and atoms', async (name) => {
  const file = await read(name);
  expect(file).toMatchObject({
    sizeBytes: bytesOf(name).length,
    sha256: sha256(bytesOf(name)).toString('hex'),
    license: 'MIT',
    homepage: 'https://example.org/',
    repository: 'https://example.org/hello.git',
    private: false,
    entrypoint: 'hello',
    readme: { path: 'docs/README.md', text: '# Hello\n\nSays héllo.\n' },
    licenseFile: { path: 'LICENSE', text: 'Permission is hereby granted.\n' },
    dependencies: [{ name: 'ada/world', source: 'ada/world@^2.0' }],
    warnings: [],
  });
  expect(file.commands.map(({ name, atom, dependency }) => [name, atom, dependency])).toEqual([
    ['hello', 'hello', null],
    ['serve', 'other', null],
    ['world', 'world', 'ada/world'],
  ]);
  const kind = 'https://webc.org/kind/wasm';
  expect(file.atoms).toEqual([
    { name: 'hello', kind, sizeBytes: 99, sha256: '52e579eb35f42e9ff580924d4a1f226267b6556507848a994fdece9ac669d863' },
    { name: 'other', kind, sizeBytes: 50, sha256: 'd1d061494d14081d9350fae7b3c2acbf46a47944e25c832824679ec61ce76ff2' },
  ]);
});

it('webc 3: volumes by their names, with times; no name, for the builder strips it', async () => {
  const file = await read('hello-v3.webc');
  expect(file).toMatchObject({ format: 'webc-v3', name: null, version: null, description: null, wasmerToml: null });
  expect(filesOf(file)).toEqual(expected([...contents, ...metadata], (volume, path) => `${volume} ${path}`));
  expect(file.mounts).toEqual([
    { path: '/public', volume: '/public', folder: null, dependency: null },
    { path: '/etc/hello', volume: '/config/etc', folder: null, dependency: null },
  ]);
  const { entries } = file.volumes.find(({ name }) => name === '/public')!;
  expect(entries).toContainEqual({ kind: 'directory', path: 'deep/er', modifiedAt: 1_770_091_506 });
  expect(file.manifest).toMatchObject({ entrypoint: 'hello', use: { 'ada/world': 'ada/world@^2.0' } });
});

it('webc 2: one volume with everything, without times', async () => {
  const file = await read('hello-v2.webc');
  expect(file).toMatchObject({ format: 'webc-v2', name: null, wasmerToml: null });
  const inAtom = (volume: string, path: string) => `atom ${volume.slice(1)}/${path}`;
  expect(filesOf(file)).toEqual({
    ...expected(contents, inAtom),
    ...expected(metadata, (volume, path) => `${volume} ${path}`),
  });
  expect(file.mounts.map(({ volume, folder }) => [volume, folder])).toEqual([
    ['atom', '/public'],
    ['atom', '/config/etc'],
  ]);
  expect(file.volumes.flatMap(({ entries }) => entries).every(({ modifiedAt }) => modifiedAt === null)).toBe(true);
});

it.each(['hello-gnu.tar.gz', 'hello-pax.tar.gz'])(
  '%s: everything below the root, and the wasmer.toml',
  async (name) => {
    const file = await read(name);
    expect(file).toMatchObject({
      format: 'tar.gz',
      name: 'ada/hello',
      version: '1.2.3',
      description: 'Says hello',
      manifest: null,
    });
    const all = Object.entries(helloPackage).map(([path, content]) => [
      `/ ${path}`,
      [Buffer.byteLength(content), sha256(content).toString('hex')],
    ]);
    expect(filesOf(file)).toEqual(Object.fromEntries(all));
    expect(file.wasmerToml!.path).toBe('wasmer.toml');
    expect(file.wasmerToml!.text).toContain('source = "bin/other.wasm"');
    expect(file.wasmerToml!.parsed).toMatchObject({ package: { name: 'ada/hello' }, fs: { '/public': 'public' } });
    expect(file.mounts.map(({ path, folder }) => [path, folder])).toEqual([
      ['/public', 'public'],
      ['/etc/hello', 'config/etc'],
    ]);
  },
);

// One archive is enough: the other has the same around it.
it.each(names.slice(0, 3))('%s: cut off after any byte, it is refused', async (name) => {
  const bytes = bytesOf(name);
  for (let length = 0; length < bytes.length; length += 1) {
    const refusal = await readPackage(bytes.subarray(0, length)).catch((error: unknown) => error);
    if (!(refusal instanceof Refusal)) throw new Error(`${length} of ${bytes.length} bytes: ${String(refusal)}`);
    const rules = ['format', 'truncated'];
    if (!rules.includes(refusal.details.rule!))
      throw new Error(`${length} of ${bytes.length} bytes: ${refusal.message}`);
  }
});

it.each(names)('%s: followed by any byte, it is refused', async (name) => {
  for (const tail of ['\0', 'x', '\0webc003']) {
    const refused = readPackage(Buffer.concat([bytesOf(name), Buffer.from(tail)]));
    await expect(refused).rejects.toMatchObject({ details: { rule: 'trailing-bytes' } });
  }
});
