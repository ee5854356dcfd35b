import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { deflateRawSync, gunzipSync, gzipSync } from 'node:zlib';
import { decode, encode } from 'cborg';
import { sumUp } from '../kit/tar-file.js';
import { webcFile, webcParts, type Index, type Section, type WebcParts } from '../kit/webc-file.js';
import { hostileTars } from '../package-files/hostile-tar.js';
import { hostileWebc } from '../package-files/hostile-webc.js';
import { mutate } from './mutate.js';
import type { FuzzRandom } from './random.js';

/** Where this stands is told, for a bundle is somewhere else. */
export function packageCases(folder: string): (random: FuzzRandom) => Buffer {
  const real = ['hello-v3.webc', 'hello-v2.webc', 'hello-gnu.tar.gz', 'hello-pax.tar.gz'].map((name) =>
    readFileSync(join(folder, name)),
  );
  const tars = real.slice(2).map((file) => gunzipSync(file));
  const hostile = [...hostileWebc, ...hostileTars].map(({ file }) => file).filter((file) => file.length < 20_000);
  const files = [...real, ...hostile];
  // A mutation of a finished file mostly breaks a hash; so most cases are mutated below it, and the hashes made to fit.
  const ways: [percent: number, make: (random: FuzzRandom) => Buffer][] = [
    [20, (random) => mutate(random.of(real), random, files)],
    [10, (random) => mutate(random.of(files), random, files)],
    [25, (random) => spoiltParts(random, files)],
    [10, (random) => spoiltIndex(random)],
    [10, (random) => spoiltManifest(random)],
    [10, (random) => packed(mutate(random.of(tars), random, tars), random)],
    [15, (random) => packed(spoiltHeaders(random.of(tars), random, tars), random)],
  ];
  return (random) => {
    let point = random.below(100);
    for (const [percent, make] of ways) {
      if (point < percent) return make(random);
      point -= percent;
    }
    return random.bytes(random.below(2000));
  };
}

function somePackage(random: FuzzRandom): WebcParts {
  return webcParts({
    version: random.of(['002', '003']),
    volumes: {
      '/public': { 'index.html': 'hi', deep: { er: { 'data.bin': 'data', empty: '' }, none: {} } },
      metadata: { 'README.md': '# Hello' },
    },
    manifest: {
      entrypoint: 'hello',
      use: { 'ns/x': 'ns/x@1' },
      package: {
        wapm: {
          name: 'ns/hello',
          version: '1.0.0',
          license: 'MIT',
          readme: { volume: 'metadata', path: '/README.md' },
        },
        fs: [{ from: null, volume_name: '/public', mount_path: '/' }],
      },
    },
  });
}

/** Bytes of a tree, its data or the manifest change; lengths and hashes around them fit. */
function spoiltParts(random: FuzzRandom, others: readonly Buffer[]): Buffer {
  const parts = somePackage(random);
  const volume = random.of([parts.atoms, ...parts.volumes]);
  const spoil = random.below(8);
  if (spoil < 5) volume.tree = mutate(volume.tree, random, others);
  else if (spoil === 5) volume.data = mutate(volume.data, random, others);
  else parts.manifest = mutate(parts.manifest, random, others);
  const sections = (list: Section[]) => {
    const section = random.of(list);
    if (random.chance(20)) section.body = mutate(section.body, random, others);
  };
  return webcFile(parts, { sections });
}

/** Spans, names and hashes of the index change. */
function spoiltIndex(random: FuzzRandom): Buffer {
  const edit = (index: Index) => {
    const entries = [index.manifest, index.atoms, ...Object.values(index.volumes)];
    for (let count = 1 + random.below(3); count > 0; count -= 1) {
      const { span, checksum } = random.of(entries);
      const change = random.of([-1, 1, -8, 8, 41, -span.start, 2 ** 31, 2 ** 52]);
      if (random.chance(45)) span.start += change;
      else if (random.chance(80)) span.len += change;
      else checksum.value = random.bytes(random.of([0, 31, 32, 33]));
    }
    if (random.chance(20)) Object.assign(index, spoiltValue(index, random, 0));
  };
  return webcFile(somePackage(random), { index: edit });
}

/** Values of the manifest turn into others, of any type. */
function spoiltManifest(random: FuzzRandom): Buffer {
  const parts = somePackage(random);
  let manifest: unknown = decode(parts.manifest);
  for (let count = 1 + random.below(3); count > 0; count -= 1) manifest = spoiltValue(manifest, random, 0);
  parts.manifest = Buffer.from(encode(manifest));
  return webcFile(parts);
}

const strange: unknown[] = [
  null,
  true,
  0,
  -1,
  1.5,
  2 ** 52,
  '',
  '..',
  '/',
  'hello',
  'constructor',
  '__proto__',
  'ns/x',
  'sha256:',
  '\u001b[2J',
  'x'.repeat(300),
  [],
  {},
  [[[[]]]],
  new Uint8Array([1, 2, 3]),
];

/** A copy in which one value, somewhere inside, is another one, or is gone, or has a further one beside it. */
function spoiltValue(value: unknown, random: FuzzRandom, depth: number): unknown {
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array || random.chance(10 + 10 * depth)) {
    return random.of(strange);
  }
  if (Array.isArray(value)) {
    const at = random.below(value.length + 1);
    return [...value.slice(0, at), spoiltValue(value[at], random, depth + 1), ...value.slice(at + 1)];
  }
  const entries = Object.entries(value);
  const at = random.below(entries.length + 1);
  const [key, inner] = entries[at] ?? [String(random.of(strange)), null];
  if (random.chance(10)) return Object.fromEntries(entries.filter((_, index) => index !== at));
  return { ...value, [random.chance(10) ? String(random.of(strange)) : key]: spoiltValue(inner, random, depth + 1) };
}

/** Fields of tar headers change, with checksums that fit. */
function spoiltHeaders(tar: Buffer, random: FuzzRandom, others: readonly Buffer[]): Buffer {
  const copy = random.chance(30) ? mutate(tar, random, others) : Buffer.from(tar);
  const headers: number[] = [];
  for (let at = 0; at + 512 <= copy.length; at += 512) {
    if (copy.toString('latin1', at + 257, at + 262) === 'ustar') headers.push(at);
  }
  for (let count = 1 + random.below(4); headers.length > 0 && count > 0; count -= 1) {
    const header = copy.subarray(random.of(headers));
    const [start, length] = random.of([
      [0, 100],
      [100, 8],
      [124, 12],
      [136, 12],
      [156, 1],
      [156, 1],
      [157, 100],
      [257, 8],
      [345, 155],
    ] as const);
    const texts = [
      '0',
      '1',
      '2',
      '5',
      'x',
      'g',
      'L',
      'S',
      '..',
      '/',
      './',
      'a/../b',
      '00000000001',
      '77777777777',
      '\0',
      'wasmer.toml\0',
    ];
    const text = Buffer.from(random.of(texts));
    if (random.chance(70)) text.copy(header, start + random.below(Math.max(1, length - text.length)), 0, length);
    else header[start + random.below(length)] = random.below(256);
    sumUp(header);
  }
  return copy;
}

/** As gzip, now and then with a trailer that does not fit or in several pieces. */
function packed(tar: Buffer, random: FuzzRandom): Buffer {
  if (random.chance(90)) return gzipSync(tar, { level: 1 });
  const head = Buffer.from([0x1f, 0x8b, 8, random.below(32), 0, 0, 0, 0, 0, 3]);
  return Buffer.concat([head, random.bytes(random.below(40)), deflateRawSync(tar), random.bytes(8)]);
}
