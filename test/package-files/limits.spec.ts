import { gunzipSync } from 'node:zlib';
import { packageLimits, type PackageLimits } from '../../src/registry/package-file/limits.js';
import { readPackage } from '../../src/registry/package-file/read-package.js';
import { paxRecords, tarFile, tarGz } from '../kit/tar-file.js';
import { atomOf, commandOf, emptyModule, treeParts, webcFile, webcParts, type Tree } from '../kit/webc-file.js';
import { bomb } from './hostile-tar.js';

type Measured = { limit: keyof PackageLimits; what: string; file: Buffer; measure: number };

const toml = 'description = "x"\n';
const wasmerToml = { name: 'wasmer.toml', content: toml };
const webc = (given: Parameters<typeof webcParts>[0] = {}) => webcFile(webcParts(given));
const numbered = <Value>(count: number, value: (index: number) => Value) =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`n${index}`, value(index)]));
const nested = (depth: number): unknown => (depth === 0 ? [] : [nested(depth - 1)]);
const folders = (depth: number): Tree => (depth === 1 ? { a: 'x' } : { a: folders(depth - 1) });
const readme = (bytes: number) =>
  webc({
    volumes: { metadata: { 'README.md': 'x'.repeat(bytes) } },
    manifest: { package: { wapm: { readme: { volume: 'metadata', path: '/README.md' } } } },
  });
const gzipName = (file: Buffer, name: string) =>
  Buffer.concat([
    file.subarray(0, 3),
    Buffer.from([8]),
    file.subarray(4, 10),
    Buffer.from(`${name}\0`),
    file.subarray(10),
  ]);
/** With a custom section that fills it up. */
const module = (bytes: number) => Buffer.concat([emptyModule, Buffer.from([0, bytes - 10]), Buffer.alloc(bytes - 10)]);

const webcManifest = () => ({
  atoms: { hello: atomOf(emptyModule) },
  commands: { hello: commandOf('hello') },
});
const manifest = { list: [1, 'two', [3, null], Array.from({ length: 60 }).fill(0)] }; // more than is in the index
const itemsIn = (value: unknown): number => {
  if (typeof value !== 'object' || value === null) return 1;
  const inner = Array.isArray(value) ? value : Object.entries(value).flat();
  return inner.reduce((sum: number, item) => sum + itemsIn(item), 1);
};

const plain = webc({ manifest: {} });
const plainTar = tarGz([wasmerToml]);

/** Files, and how much of the limit each uses. */
const files: Measured[] = [
  { limit: 'fileBytes', what: 'webc', file: plain, measure: plain.length },
  { limit: 'fileBytes', what: 'tar.gz', file: plainTar, measure: plainTar.length },
  { limit: 'unpackedBytes', what: 'tar.gz', file: plainTar, measure: tarFile([wasmerToml]).length },
  { limit: 'gzipHeaderBytes', what: 'a name', file: gzipName(plainTar, 'a'.repeat(89)), measure: 100 },
  {
    limit: 'tarExtensionBytes',
    what: 'pax',
    file: tarGz([
      wasmerToml,
      { name: 'x', type: 'x', content: paxRecords({ comment: 'x'.repeat(87) }) },
      { name: 'a' },
    ]),
    measure: '99 comment='.length + 87 + '\n'.length,
  },
  {
    limit: 'tarExtensionBytes',
    what: 'long name',
    file: tarGz([wasmerToml, { name: 'x', type: 'L', content: `${'a'.repeat(99)}\0` }, { name: 'a' }]),
    measure: 100,
  },
  { limit: 'indexBytes', what: 'webc', file: plain, measure: Number(plain.readBigUInt64LE(9)) },
  { limit: 'manifestBytes', what: 'webc', file: plain, measure: webcParts().manifest.length },
  { limit: 'treeBytes', what: 'atoms', file: plain, measure: webcParts().atoms.tree.length },
  {
    limit: 'treeBytes',
    what: 'volume',
    file: webc({ volumes: { '/public': folders(9) } }),
    measure: treeParts(folders(9), '003').tree.length,
  },
  { limit: 'nesting', what: 'CBOR arrays', file: webc({ manifest: { deep: nested(10) } }), measure: 11 },
  {
    limit: 'nesting',
    what: 'TOML tables',
    file: tarGz([{ name: 'wasmer.toml', content: `[${'a.'.repeat(8)}a]\nb = 1` }]),
    measure: 9,
  },
  {
    limit: 'nesting',
    what: 'TOML arrays',
    file: tarGz([{ name: 'wasmer.toml', content: `a = ${'['.repeat(9)}${']'.repeat(9)}` }]),
    measure: 9,
  },
  {
    limit: 'cborItems',
    what: 'all keys and values',
    file: webc({ manifest }),
    measure: itemsIn({ ...webcManifest(), ...manifest }),
  },
  { limit: 'volumes', what: 'webc', file: webc({ volumes: numbered(5, () => ({})) }), measure: 5 },
  { limit: 'atoms', what: 'webc', file: webc({ atoms: numbered(5, () => emptyModule) }), measure: 5 },
  {
    limit: 'atoms',
    what: 'tar.gz',
    file: tarGz([
      {
        name: 'wasmer.toml',
        content: [1, 2, 3].map((n) => `[[module]]\nname = "m${n}"\nsource = "m.wasm"\n`).join(''),
      },
      { name: 'm.wasm', content: emptyModule },
    ]),
    measure: 3,
  },
  { limit: 'atomBytes', what: 'webc', file: webc({ atoms: { hello: module(60) } }), measure: 60 },
  {
    limit: 'atomBytes',
    what: 'tar.gz',
    file: tarGz([
      { name: 'wasmer.toml', content: '[[module]]\nname = "m"\nsource = "m.wasm"\n' },
      { name: 'm.wasm', content: module(60) },
    ]),
    measure: 60,
  },
  {
    limit: 'commands',
    what: 'webc',
    file: webc({ manifest: { commands: numbered(5, () => commandOf('hello')) } }),
    measure: 5,
  },
  {
    limit: 'commands',
    what: 'tar.gz',
    file: tarGz([
      {
        name: 'wasmer.toml',
        content: `[dependencies]\n"a/b" = "1"\n${[1, 2].map((n) => `[[command]]\nname = "c${n}"\nmodule = "a/b:c"\n`).join('')}`,
      },
    ]),
    measure: 2,
  },
  { limit: 'dependencies', what: 'webc', file: webc({ manifest: { use: numbered(5, () => 'ns/x@1') } }), measure: 5 },
  {
    limit: 'dependencies',
    what: 'tar.gz',
    file: tarGz([{ name: 'wasmer.toml', content: '[dependencies]\n"a/b" = "1"\n"a/c" = "1"\n' }]),
    measure: 2,
  },
  {
    limit: 'entries',
    what: 'atoms and volumes',
    file: webc({ volumes: { a: folders(3), b: folders(4) } }),
    measure: 8,
  },
  {
    limit: 'entries',
    what: 'tar.gz',
    file: tarGz([wasmerToml, { name: 'a/', type: '5' }, { name: 'a/b' }]),
    measure: 3,
  },
  { limit: 'pathBytes', what: 'webc', file: webc({ volumes: { a: { ünï: { file: 'x' } } } }), measure: 10 },
  {
    limit: 'allPathsBytes',
    what: 'atoms and volumes',
    file: webc({ volumes: { a: { ünï: { file: 'x' } } } }),
    measure: 'hello'.length + 5 + 10,
  },
  {
    limit: 'allPathsBytes',
    what: 'tar.gz',
    file: tarGz([wasmerToml, { name: 'ünï' }]),
    measure: 'wasmer.toml'.length + 5,
  },
  {
    limit: 'mounts',
    what: 'webc',
    file: webc({
      volumes: { a: {} },
      manifest: { package: { fs: [1, 2, 3].map(() => ({ volume_name: 'a', mount_path: '/' })) } },
    }),
    measure: 3,
  },
  {
    limit: 'mounts',
    what: 'tar.gz',
    file: tarGz([{ name: 'wasmer.toml', content: '[fs]\na = "."\nb = "."' }]),
    measure: 2,
  },
  {
    limit: 'pathBytes',
    what: 'tar.gz',
    file: tarGz([{ name: 'wasmer.toml' }, { name: 'ünï/filename.txt' }]),
    measure: 18,
  },
  { limit: 'partBytes', what: 'webc', file: webc({ volumes: { a: { 'ünï-file': 'x' } } }), measure: 10 },
  { limit: 'partBytes', what: 'tar.gz', file: tarGz([wasmerToml, { name: 'a/ünï-file.txt' }]), measure: 14 },
  { limit: 'pathParts', what: 'webc', file: webc({ volumes: { a: folders(12) } }), measure: 12 },
  { limit: 'pathParts', what: 'tar.gz', file: tarGz([wasmerToml, { name: 'a/b/c/d' }]), measure: 4 },
  {
    limit: 'nameChars',
    what: 'a command',
    file: webc({ manifest: { commands: { ['x'.repeat(50)]: commandOf('hello') } } }),
    measure: 50,
  },
  { limit: 'nameChars', what: 'a volume', file: webc({ volumes: { ['x'.repeat(50)]: {} } }), measure: 50 },
  {
    limit: 'nameChars',
    what: 'a package',
    file: webc({ manifest: { package: { wapm: { name: 'x'.repeat(50) } } } }),
    measure: 50,
  },
  { limit: 'textBytes', what: 'README in a webc', file: readme(70), measure: 70 },
  { limit: 'textBytes', what: 'wasmer.toml', file: plainTar, measure: toml.length },
  {
    limit: 'textBytes',
    what: 'licence in a tar.gz',
    file: tarGz([
      { name: 'wasmer.toml', content: '[package]\nlicense-file = "L"' },
      { name: 'L', content: 'x'.repeat(70) },
    ]),
    measure: 70,
  },
];

it.each(files.map((file) => [file.limit, file.what, file] as const))(
  '%s: %s may use all of it, and no more',
  async (_, __, { limit, file, measure }) => {
    const read = (max: number) => readPackage(file, { ...packageLimits, [limit]: max });
    expect((await read(measure)).sizeBytes).toBe(file.length);
    await expect(read(measure - 1)).rejects.toMatchObject({
      code: 'PACKAGE_LIMIT_EXCEEDED',
      details: { rule: 'limit', limit, max: measure - 1 },
    });
  },
);

it('atoms: counts those in the file, not only those in the manifest', async () => {
  const manifest = { atoms: numbered(4, () => atomOf(emptyModule)), commands: {} };
  const file = webc({ atoms: numbered(5, () => emptyModule), manifest });
  const refused = readPackage(file, { ...packageLimits, atoms: 4 });
  await expect(refused).rejects.toMatchObject({ details: { limit: 'atoms', section: 'atoms' } });
});

it('ratio: counts from ratioFreeBytes on', async () => {
  const file = bomb(100_000);
  const unpacked = gunzipSync(file).length;
  const read = (ratio: number, ratioFreeBytes: number) =>
    readPackage(file, { ...packageLimits, ratio, ratioFreeBytes });
  const ratio = Math.ceil(unpacked / (file.length - 18)); // without header and trailer
  await expect(read(ratio, 0)).resolves.toMatchObject({ format: 'tar.gz' });
  await expect(read(1, unpacked)).resolves.toMatchObject({ format: 'tar.gz' });
  for (const refused of [read(ratio - 1, 0), read(1, unpacked - 1)]) {
    await expect(refused).rejects.toMatchObject({ details: { limit: 'ratio' } });
  }
});

it('ratio: a bomb is put down after ratioFreeBytes, whatever it would become', async () => {
  const file = bomb(100 * 1024 * 1024);
  await expect(readPackage(file)).rejects.toMatchObject({
    code: 'PACKAGE_LIMIT_EXCEEDED',
    details: { limit: 'ratio', max: 50 },
  });
});

it('warnings: says how many were left out', async () => {
  const paths = ['share', 'SHARE', 'Share', 'SHare', 'SHAre'];
  const volume = Object.fromEntries(paths.map((path) => [path, 'x']));
  for (const file of [webc({ volumes: { volume } }), tarGz([wasmerToml, ...paths.map((name) => ({ name }))])]) {
    const { warnings } = await readPackage(file, { ...packageLimits, warnings: 2 });
    expect(warnings).toHaveLength(3);
    expect(warnings.at(-1)).toContain('2 more paths differ from others only in letter case.');
    expect((await readPackage(file, { ...packageLimits, warnings: 4 })).warnings).toHaveLength(4);
  }
});

it('has every limit here, or where threads are', () => {
  const here = new Set<string>([...files.map(({ limit }) => limit), 'ratio', 'ratioFreeBytes', 'warnings']);
  expect(Object.keys(packageLimits).filter((limit) => !here.has(limit))).toEqual(['timeMs', 'heapMib']);
});
