import { encode } from 'cborg';
import type { PackageRule } from '../../src/registry/package-file/rules.js';
import {
  atomOf,
  commandOf,
  emptyModule,
  sha256,
  u64,
  webcFile,
  webcParts,
  type TreeParts,
  type WebcEdits,
  type WebcParts,
  type Section,
} from '../kit/webc-file.js';

/** A file that breaks one rule, and says so in its name. */
export type HostileFile = { rule: PackageRule; what: string; file: Buffer };

/** A package with a file, so that there is something to spoil. */
const parts = (given: Parameters<typeof webcParts>[0] = {}): WebcParts =>
  webcParts({ volumes: { '/public': { 'index.html': 'hi', deep: { 'data.bin': 'data' } } }, ...given });

const whole = (edits?: WebcEdits, given?: Parameters<typeof webcParts>[0]): Buffer => webcFile(parts(given), edits);

/** Changes the parts before hashes and lengths are made to fit. */
function spoilt(spoil: (parts: WebcParts) => void, given?: Parameters<typeof webcParts>[0]): Buffer {
  const all = parts(given);
  spoil(all);
  return webcFile(all);
}

/** Changes the tree of the volume; `at` are the places of its records: root, index.html, deep, data.bin. */
const tree = (spoil: (volume: TreeParts) => void): Buffer => spoilt(({ volumes }) => spoil(volumes[0]!));

/** Changes a byte of the finished file. */
function flipped(file: Buffer, offset: number): Buffer {
  const copy = Buffer.from(file);
  copy[offset]! ^= 1;
  return copy;
}

const manifest = (fields: Record<string, unknown>): Buffer => whole({}, { manifest: fields });
const raw = (hex: string): Buffer => spoilt((all) => (all.manifest = Buffer.from(hex, 'hex')));
const body = (name: string, change: (section: Section) => void): Buffer =>
  whole({ sections: (sections) => change(sections.find((section) => section.name === name)!) });
const names = (...list: string[]): Buffer =>
  whole({}, { volumes: { '/public': Object.fromEntries(list.map((name) => [name, name])) } });

/** Where the first entry of the root stands: behind tag, length, times and hash. */
const firstEntry = 1 + 8 + 24 + 32;
const html = Buffer.from('index.html');
/** Where the record of the first file begins: behind that of the root. */
const fileRecord = (volume: TreeParts): number => volume.tree.indexOf(31, volume.tree.indexOf('deep'));

const layout: HostileFile[] = [
  { rule: 'format', what: 'an ELF program', file: Buffer.from('\x7fELF\x02\x01\x01\0\0\0\0\0', 'latin1') },
  { rule: 'format', what: 'a bare module', file: emptyModule },
  { rule: 'format', what: 'nothing', file: Buffer.alloc(0) },
  { rule: 'webc-version', what: 'version 001', file: Buffer.from(`\0webc001${'x'.repeat(100)}`) },
  { rule: 'webc-version', what: 'version 004', file: Buffer.from(`\0webc004${'x'.repeat(100)}`) },
  { rule: 'truncated', what: 'a version and no more', file: Buffer.from('\0webc003') },
  { rule: 'truncated', what: 'a last byte that is missing', file: whole().subarray(0, -1) },
  {
    rule: 'truncated',
    what: 'a section of 2^40 bytes',
    file: whole({ index: ({ atoms }) => (atoms.span.len = 2 ** 40) }),
  },
  { rule: 'section-tag', what: 'no index', file: flipped(whole(), 8) },
  { rule: 'section-tag', what: 'atoms that are a volume', file: body('atoms', (section) => (section.tag = 4)) },
  { rule: 'section-length', what: 'a section too short for its head', file: shortSection() },
  { rule: 'section-length', what: 'a length that is not the span', file: wrongLength() },
  {
    rule: 'section-length',
    what: 'a tree that reaches out of its section',
    file: body('atoms', (section) => section.body.writeBigUInt64LE(1n << 40n)),
  },
  {
    rule: 'span-range',
    what: 'a length that no file has',
    file: body('atoms', (section) => section.body.writeBigUInt64LE((1n << 64n) - 1n)),
  },
  {
    rule: 'span-range',
    what: 'a file beyond the data',
    file: tree((volume) => volume.tree.writeUInt8(200, fileRecord(volume) + 9)),
  },
  {
    rule: 'span-range',
    what: 'a file that ends before it begins',
    file: tree((volume) => volume.tree.writeUInt8(3, fileRecord(volume) + 1)),
  },
  {
    rule: 'span-range',
    what: 'an entry beyond the tree',
    file: tree((volume) => volume.tree.writeBigUInt64LE(9999n, firstEntry)),
  },
  {
    rule: 'span-overlap',
    what: 'two sections in one place',
    file: whole({ index: ({ atoms, manifest }) => (atoms.span = manifest.span) }),
  },
  {
    rule: 'span-overlap',
    what: 'a section over the index',
    file: whole({ index: ({ manifest }) => (manifest.span.start = 9) }),
  },
  {
    rule: 'span-overlap',
    what: 'a directory that holds itself',
    file: tree((volume) => volume.tree.writeBigUInt64LE(0n, firstEntry)),
  },
  { rule: 'span-overlap', what: 'two files in one place', file: overlappingFiles() },
  { rule: 'span-overlap', what: 'a record inside another', file: recordInside() },
  { rule: 'span-gap', what: 'a hole between sections', file: holeBetweenSections() },
  {
    rule: 'span-gap',
    what: 'data of no file',
    file: tree((volume) => (volume.data = Buffer.concat([volume.data, Buffer.from('x')]))),
  },
  {
    rule: 'span-gap',
    what: 'a record of no directory',
    file: tree((volume) => (volume.tree = Buffer.concat([volume.tree, Buffer.from('x')]))),
  },
  { rule: 'trailing-bytes', what: 'a byte after the end', file: Buffer.concat([whole(), Buffer.alloc(1)]) },
  {
    rule: 'trailing-bytes',
    what: 'something in the padding of the index',
    file: whole({ padding: Buffer.from([0, 0, 7]) }),
  },
  {
    rule: 'trailing-bytes',
    what: 'a second manifest behind the first',
    file: spoilt((all) => (all.manifest = Buffer.concat([all.manifest, encode({})]))),
  },
  {
    rule: 'trailing-bytes',
    what: 'a section with a tail',
    file: body('atoms', (section) => (section.body = Buffer.concat([section.body, Buffer.alloc(8)]))),
  },
  {
    rule: 'volume-name',
    what: 'another name than in the index',
    file: body('/public', (section) => section.body.write('/privat', 8)),
  },
  {
    rule: 'volume-name',
    what: 'a name of another length',
    file: body('/public', (section) => section.body.writeUInt8(6, 0)),
  },
  {
    rule: 'tree-root',
    what: 'a tree of one file',
    file: tree((volume) => (volume.tree = volume.tree.subarray(fileRecord(volume)))),
  },
  {
    rule: 'atom-folder',
    what: 'a folder among the atoms',
    file: whole({}, { atoms: { hello: emptyModule, more: {} } }),
  },
  {
    rule: 'signature',
    what: 'a signature of another kind',
    file: whole({ index: ({ signature }) => (signature.tag = 'signature-pgp') }),
  },
  {
    rule: 'signature',
    what: 'bytes where none are signed',
    file: whole({ index: ({ signature }) => (signature.value = new Uint8Array(64)) }),
  },
  {
    rule: 'checksum',
    what: 'a section without checksum',
    file: whole({ index: ({ atoms }) => (atoms.checksum = { tag: 'checksum-none', value: new Uint8Array(0) }) }),
  },
  {
    rule: 'checksum',
    what: 'a checksum of 31 bytes',
    file: whole({ index: ({ atoms }) => (atoms.checksum.value = new Uint8Array(31)) }),
  },
  {
    rule: 'time',
    what: 'a file of the year 10000',
    file: tree((volume) => volume.tree.writeBigUInt64LE(253_402_300_800n, fileRecord(volume) + 57)),
  },
];

const hashes: HostileFile[] = [
  { rule: 'section-hash', what: 'a changed byte in the data', file: flipped(whole(), whole().lastIndexOf('data')) },
  {
    rule: 'section-hash',
    what: 'a head that disagrees with the index',
    file: whole({ index: ({ atoms }) => (atoms.checksum.value = new Uint8Array(32)) }),
  },
  {
    rule: 'section-hash',
    what: 'the same, version 2',
    file: whole({ index: ({ atoms }) => (atoms.checksum.value = new Uint8Array(32)) }, { version: '002' }),
  },
  {
    rule: 'tree-hash',
    what: 'a directory with another hash',
    file: tree((volume) => volume.tree.writeUInt8(volume.tree[40]! ^ 1, 40)),
  },
  {
    rule: 'tree-hash',
    what: 'an entry with another hash than its file',
    file: tree((volume) => volume.tree.fill(7, firstEntry + 8, firstEntry + 40)),
  },
  {
    rule: 'file-hash',
    what: 'changed data, with a section hash that fits',
    file: tree((volume) => volume.data.write('HI')),
  },
  {
    rule: 'file-hash',
    what: 'the same, version 2',
    file: spoilt(({ volumes }) => volumes[0]!.data.write('HI'), { version: '002' }),
  },
  {
    rule: 'atom-hash',
    what: 'an atom that the manifest does not mean',
    file: manifest({ atoms: { hello: atomOf('other') } }),
  },
];

const cbor: HostileFile[] = [
  { rule: 'cbor', what: 'half a map', file: raw('a2616101') },
  { rule: 'cbor', what: 'nothing', file: raw('') },
  { rule: 'cbor', what: 'an indefinite map', file: raw('bf616101ff') },
  { rule: 'cbor', what: 'an indefinite text', file: raw('a161617f6162ff') },
  { rule: 'cbor', what: 'a text of 2^60 bytes', file: raw('a161617b1000000000000000') },
  { rule: 'cbor', what: 'an array of 2^32 things', file: raw('a161619affffffff01') },
  { rule: 'cbor', what: 'a tag', file: raw('a16161c1016162') },
  { rule: 'cbor', what: 'a number that is too large', file: raw('a161611bffffffffffffffff') },
  { rule: 'cbor', what: 'a number in a longer form than it needs', file: raw('a161611801') },
  { rule: 'cbor', what: 'NaN', file: raw('a16161f97e00') },
  { rule: 'cbor', what: 'undefined', file: raw('a16161f7') },
  { rule: 'cbor-key', what: 'a number for a key', file: raw('a10102') },
  { rule: 'cbor-key', what: 'an array for a key', file: raw('a18002') },
  { rule: 'cbor-key', what: '__proto__', file: raw('a1695f5f70726f746f5f5fa0') },
  { rule: 'cbor-duplicate', what: 'a key twice', file: raw('a2616101616102') },
  { rule: 'cbor-duplicate', what: 'the atoms twice', file: raw('a26561746f6d73a06561746f6d73a0') },
  { rule: 'text-utf8', what: 'a key that is no UTF-8', file: raw('a161ff01') },
];

const manifests: HostileFile[] = [
  { rule: 'manifest-type', what: 'a list for a manifest', file: raw('80') },
  { rule: 'manifest-type', what: 'a number for the entrypoint', file: manifest({ entrypoint: 1 }) },
  { rule: 'manifest-type', what: 'a list of atoms', file: manifest({ atoms: [] }) },
  {
    rule: 'manifest-type',
    what: 'an atom without a kind',
    file: manifest({ atoms: { hello: { signature: atomOf(emptyModule).signature } } }),
  },
  {
    rule: 'manifest-type',
    what: 'a command without a runner',
    file: manifest({ commands: { hello: { annotations: {} } } }),
  },
  {
    rule: 'manifest-type',
    what: 'a kind that is no URL',
    file: manifest({ atoms: { hello: { ...atomOf(emptyModule), kind: 'webc.org/kind/wasm' } } }),
  },
  {
    rule: 'manifest-type',
    what: 'a command without annotations',
    file: manifest({ commands: { hello: { runner: 'wasi' } } }),
  },
  { rule: 'manifest-type', what: 'null for commands', file: manifest({ commands: null }) },
  {
    rule: 'manifest-type',
    what: 'a binding without a kind',
    file: manifest({ bindings: [{ name: 'x', annotations: {} }] }),
  },
  {
    rule: 'manifest-type',
    what: 'a binding without annotations',
    file: manifest({ bindings: [{ name: 'x', kind: 'wai@0.2' }] }),
  },
  {
    rule: 'manifest-type',
    what: 'a vendored package with a list of atoms',
    file: manifest({ use: { 'ns/x': { atoms: [] } } }),
  },
  {
    rule: 'manifest-type',
    what: 'an index with more than it may have',
    file: whole({ index: (index) => (index.extra = 1) }),
  },
  { rule: 'manifest-type', what: 'a negative offset', file: whole({ index: ({ atoms }) => (atoms.span.start = -1) }) },
  {
    rule: 'manifest-type',
    what: 'a fraction of a byte',
    file: whole({ index: ({ atoms }) => (atoms.span.len = 1.5) }),
  },
  { rule: 'manifest-version', what: 'version "latest"', file: manifest({ package: { wapm: { version: 'latest' } } }) },
  { rule: 'manifest-version', what: 'version "v1.0.0"', file: manifest({ package: { wapm: { version: 'v1.0.0' } } }) },
  { rule: 'manifest-name', what: 'a command without a name', file: manifest({ commands: { '': commandOf('hello') } }) },
  {
    rule: 'manifest-name',
    what: 'a command that moves the cursor',
    file: manifest({ commands: { 'a\u001b[2J': commandOf('hello') } }),
  },
  {
    rule: 'atom-signature',
    what: 'a hash in hexadecimal digits',
    file: manifest({
      atoms: { hello: { ...atomOf(emptyModule), signature: `sha256:${sha256(emptyModule).toString('hex')}` } },
    }),
  },
  {
    rule: 'atom-missing',
    what: 'an atom that is not there',
    file: manifest({ atoms: { hello: atomOf(emptyModule), ghost: atomOf('') } }),
  },
  {
    rule: 'atom-missing',
    what: 'an atom with a name that objects inherit',
    file: manifest({ atoms: { hello: atomOf(emptyModule), constructor: atomOf('') } }),
  },
  { rule: 'atom-unnamed', what: 'an atom that nobody speaks of', file: manifest({ atoms: {}, commands: {} }) },
  {
    rule: 'command-atom',
    what: 'a command that runs what is not there',
    file: manifest({ commands: { hello: commandOf('ghost') } }),
  },
  {
    rule: 'command-atom',
    what: 'the same, in the older annotation',
    file: manifest({ commands: { hello: { runner: 'wasi', annotations: { wasi: { atom: 'ghost' } } } } }),
  },
  {
    rule: 'dependency',
    what: 'a command of a package that is not declared',
    file: manifest({
      commands: { hello: { runner: 'wasi', annotations: { atom: { name: 'x', dependency: 'ns/x' } } } },
    }),
  },
  {
    rule: 'dependency',
    what: 'a mount of a package that is not declared',
    file: manifest({ package: { fs: [{ from: 'ns/x', volume_name: '/x', mount_path: '/' }] } }),
  },
  { rule: 'entrypoint', what: 'an entrypoint that is no command', file: manifest({ entrypoint: 'ghost' }) },
  { rule: 'entrypoint', what: 'an entrypoint that objects inherit', file: manifest({ entrypoint: 'toString' }) },
  {
    rule: 'volume-missing',
    what: 'a mount of nothing',
    file: manifest({ package: { fs: [{ volume_name: '/ghost', mount_path: '/' }] } }),
  },
  {
    rule: 'volume-missing',
    what: 'a mount of a folder that is not there',
    file: manifest({ package: { fs: [{ volume_name: '/public', host_path: '/ghost', mount_path: '/' }] } }),
  },
  {
    rule: 'file-missing',
    what: 'a README that is not there',
    file: manifest({ package: { wapm: { readme: { volume: 'metadata', path: '/README.md' } } } }),
  },
  { rule: 'text-utf8', what: 'a README that is no text', file: binaryReadme() },
  { rule: 'module', what: 'a module that is a text', file: whole({}, { atoms: { hello: '(module)' } }) },
  {
    rule: 'module',
    what: 'a module that ends too early',
    file: whole({}, { atoms: { hello: Buffer.concat([emptyModule, Buffer.from([1, 5, 1])]) } }),
  },
  {
    rule: 'module',
    what: 'the same, said to use what V8 may not know',
    file: strangeModule(Buffer.concat([emptyModule, Buffer.from([1, 5, 1])])),
  },
];

const paths: HostileFile[] = [
  { rule: 'path-part', what: 'an empty name', file: names('') },
  { rule: 'path-part', what: '..', file: names('..') },
  { rule: 'path-part', what: '.', file: names('.') },
  { rule: 'path-character', what: 'a path for a name', file: names('../etc/passwd') },
  { rule: 'path-character', what: 'an absolute path', file: names('/etc/passwd') },
  {
    rule: 'path-character',
    what: 'an absolute path in the metadata',
    file: whole({}, { volumes: { metadata: { '/vmlinuz': 'x' } } }),
  },
  { rule: 'path-character', what: 'what the SDK may write, elsewhere', file: names('/README.md') },
  {
    rule: 'path-character',
    what: 'a folder with a name of such a file',
    file: whole({}, { volumes: { metadata: { '/License': { x: 'x' } } } }),
  },
  {
    rule: 'duplicate-path',
    what: 'a README with and without a slash',
    file: whole({}, { volumes: { metadata: { '/README.md': 'x', 'README.md': 'y' } } }),
  },
  { rule: 'path-character', what: 'a backslash', file: names('a\\b') },
  { rule: 'path-character', what: 'NUL', file: names('a\0b') },
  { rule: 'path-character', what: 'a line feed', file: names('a\nb') },
  { rule: 'path-character', what: 'a turn of the reading direction', file: names('a\u202Eexe.txt') },
  { rule: 'path-drive', what: 'a drive', file: names('C:') },
  { rule: 'path-drive', what: 'a path on a drive', file: names('c:file') },
  {
    rule: 'path-utf8',
    what: 'a name that is no UTF-8',
    file: tree((volume) => volume.tree.fill(0xff, volume.tree.indexOf(html), volume.tree.indexOf(html) + 1)),
  },
  {
    rule: 'path-utf8',
    what: 'a slash in an overlong form',
    file: tree((volume) => volume.tree.set([0xc0, 0xaf], volume.tree.indexOf(html))),
  },
  {
    rule: 'entry-link',
    what: 'a symbolic link',
    file: tree((volume) => volume.tree.writeUInt8(32, fileRecord(volume))),
  },
  {
    rule: 'entry-kind',
    what: 'a record of an unknown kind',
    file: tree((volume) => volume.tree.writeUInt8(33, fileRecord(volume))),
  },
  { rule: 'duplicate-path', what: 'a name twice', file: sameName() },
  { rule: 'duplicate-normalised', what: 'é in two forms', file: names('caf\u00e9', 'cafe\u0301') },
];

export const hostileWebc: HostileFile[] = [...layout, ...hashes, ...cbor, ...manifests, ...paths];

function shortSection(): Buffer {
  // The last section gives its bytes to the one before it, except for eight.
  return whole({
    index: ({ atoms, volumes }) => {
      const last = volumes['/public']!.span;
      atoms.span.len += last.len - 8;
      last.start += last.len - 8;
      last.len = 8;
    },
  });
}

function wrongLength(): Buffer {
  const file = whole();
  const head = file.lastIndexOf(Buffer.concat([u64('/public'.length), Buffer.from('/public')]));
  file.writeBigUInt64LE(file.readBigUInt64LE(head - 8) - 1n, head - 8);
  return file;
}

function holeBetweenSections(): Buffer {
  return whole({
    index: ({ volumes }) => {
      volumes['/public']!.span.start += 1;
      volumes['/public']!.span.len -= 1;
    },
  });
}

function overlappingFiles(): Buffer {
  return spoilt(
    ({ volumes }) => {
      const [volume] = volumes;
      const first = volume!.tree.indexOf(31, 120);
      volume!.tree.writeUInt8(4, first + 9);
    },
    { volumes: { '/public': { aaa: 'xx', bbb: 'yyyy' } } },
  );
}

/** The second entry finds a whole record in the hash of the first one's. */
function recordInside(): Buffer {
  return spoilt(
    ({ volumes }) => {
      const [volume] = volumes;
      const lastRecord = volume!.tree.length - 49;
      const hash = lastRecord - 49 + 17;
      volume!.tree.fill(0, hash).writeUInt8(31, hash);
      const secondEntry = 9 + 8 + 8 + 'a'.length;
      volume!.tree.writeBigUInt64LE(BigInt(hash), secondEntry);
    },
    { version: '002', volumes: { '/public': { a: '', b: '' } } },
  );
}

function sameName(): Buffer {
  return spoilt(({ volumes }) => volumes[0]!.tree.write('bb', volumes[0]!.tree.indexOf('aa')), {
    volumes: { '/public': { aa: '1', bb: '2' } },
  });
}

function binaryReadme(): Buffer {
  return whole(
    {},
    {
      volumes: { metadata: { 'README.md': Buffer.from([0xff]) } },
      manifest: { package: { wapm: { readme: { volume: 'metadata', path: '/README.md' } } } },
    },
  );
}

function strangeModule(module: Buffer): Buffer {
  const atom = { ...atomOf(module), annotations: { wasm: { features: ['exception-handling'] } } };
  return whole({}, { atoms: { hello: module }, manifest: { atoms: { hello: atom } } });
}
