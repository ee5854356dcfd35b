import { encode } from 'cborg';
import { atomOf, emptyModule, u64 } from '../kit/webc-file.js';
import {
  body,
  fileRecord,
  firstEntry,
  flipped,
  manifest,
  spoilt,
  tree,
  whole,
  type HostileFile,
} from './hostile-parts.js';

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

export const hostileLayouts: HostileFile[] = [...layout, ...hashes];
