import { gzipSync } from 'node:zlib';
import { paxRecords, sumUp, tarFile, tarGz, type TarFileEntry } from '../kit/tar-file.js';
import { emptyModule } from '../kit/webc-file.js';
import type { HostileFile } from './hostile-parts.js';

const toml = '[package]\nname = "ada/hello"\nversion = "1.0.0"\ndescription = "x"\n';
const manifest: TarFileEntry = { name: 'wasmer.toml', content: toml };

/** The entries, in a package that is right without them. */
const withEntries = (...entries: TarFileEntry[]): Buffer => tarGz([manifest, ...entries]);
const named = (name: string, more: Partial<TarFileEntry> = {}): Buffer => withEntries({ name, content: 'x', ...more });
const withToml = (text: string | Uint8Array, ...entries: TarFileEntry[]): Buffer =>
  tarGz([{ name: 'wasmer.toml', content: text }, ...entries]);
const withModule = (source: string): string => `[[module]]\nname = "hello"\nsource = "${source}"\nabi = "wasi"\n`;

function spoiltGzip(spoil: (file: Buffer) => Buffer | void): Buffer {
  const file = withEntries();
  return spoil(file) ?? file;
}

const pax = (records: Record<string, string>, entry: Partial<TarFileEntry> = {}): Buffer =>
  withEntries({ name: 'PaxHeader', type: 'x', content: paxRecords(records) }, { name: 'file', content: 'x', ...entry });

const gzip: HostileFile[] = [
  { rule: 'truncated', what: 'a magic number and no more', file: Buffer.from([0x1f, 0x8b]) },
  { rule: 'truncated', what: 'half of the compressed data', file: withEntries().subarray(0, 60) },
  { rule: 'truncated', what: 'no trailer', file: withEntries().subarray(0, -3) },
  { rule: 'truncated', what: 'a name without an end', file: Buffer.from([0x1f, 0x8b, 8, 8, 0, 0, 0, 0, 0, 3, 65, 66]) },
  { rule: 'gzip-header', what: 'another method', file: spoiltGzip((file) => void (file[2] = 7)) },
  { rule: 'gzip-header', what: 'a flag that is not given away yet', file: spoiltGzip((file) => void (file[3] = 0x20)) },
  { rule: 'gzip-data', what: 'no deflate', file: spoiltGzip((file) => void file.fill(0xff, 10, 30)) },
  { rule: 'gzip-checksum', what: 'another checksum', file: spoiltGzip((file) => void (file[file.length - 5]! ^= 1)) },
  { rule: 'gzip-checksum', what: 'another length', file: spoiltGzip((file) => void (file[file.length - 1]! ^= 1)) },
  {
    rule: 'gzip-checksum',
    what: 'another checksum of the header',
    file: spoiltGzip((file) =>
      Buffer.concat([
        file.subarray(0, 3),
        Buffer.from([2]),
        file.subarray(4, 10),
        Buffer.from([1, 2]),
        file.subarray(10),
      ]),
    ),
  },
  { rule: 'trailing-bytes', what: 'a second member', file: Buffer.concat([withEntries(), withEntries()]) },
  { rule: 'trailing-bytes', what: 'zeros behind the member', file: Buffer.concat([withEntries(), Buffer.alloc(3)]) },
];

const tar: HostileFile[] = [
  { rule: 'truncated', what: 'an archive without its end', file: tarGz([manifest], Buffer.alloc(0)) },
  { rule: 'truncated', what: 'an archive with half of its end', file: tarGz([manifest], Buffer.alloc(512)) },
  { rule: 'truncated', what: 'a file that is not there', file: tarGz([manifest, { name: 'a', size: 2 ** 30 }]) },
  {
    rule: 'trailing-bytes',
    what: 'a file behind the end',
    file: tarGz([manifest], Buffer.concat([Buffer.alloc(1024), tarFile([{ name: 'a' }])])),
  },
  { rule: 'tar-header', what: 'rubbish', file: tarGz([manifest], Buffer.alloc(2048, 'x')) },
  {
    rule: 'tar-header',
    what: 'a block of zeros between entries',
    file: tarGz([manifest], Buffer.concat([Buffer.alloc(512), tarFile([{ name: 'a' }])])),
  },
  { rule: 'tar-header', what: 'another checksum', file: named('a', { edit: (header) => void (header[0] = 66) }) },
  { rule: 'tar-header', what: 'a header of before 1988', file: named('a', { magic: '\0\0\0\0\0\0\0\0' }) },
  {
    rule: 'tar-header',
    what: 'a size in binary',
    file: named('a', {
      edit: (header) => (header.fill(0, 124, 136), (header[124] = 0x80), (header[135] = 1), sumUp(header)),
    }),
  },
  {
    rule: 'tar-header',
    what: 'a size that is no number',
    file: named('a', { edit: (header) => (header.write('0000000000x', 124), sumUp(header)) }),
  },
  { rule: 'tar-header', what: 'a directory with content', file: named('a', { type: '5' }) },
  { rule: 'tar-extension', what: 'another size in pax', file: pax({ size: '512' }) },
  { rule: 'tar-extension', what: 'another character set', file: pax({ hdrcharset: 'BINARY' }) },
  {
    rule: 'tar-extension',
    what: 'a record without an end',
    file: withEntries({ name: 'x', type: 'x', content: '99 path=a\n' }, { name: 'a' }),
  },
  {
    rule: 'tar-extension',
    what: 'a record without a key',
    file: withEntries({ name: 'x', type: 'x', content: '5 =a\n' }, { name: 'a' }),
  },
  {
    rule: 'tar-extension',
    what: 'a key twice',
    file: withEntries(
      { name: 'x', type: 'x', content: `${paxRecords({ path: 'a' })}${paxRecords({ path: 'b' })}` },
      { name: 'a' },
    ),
  },
  {
    rule: 'tar-extension',
    what: 'two pax headers for one entry',
    file: withEntries(
      { name: 'x', type: 'x', content: paxRecords({ path: 'a' }) },
      { name: 'x', type: 'x', content: paxRecords({ path: 'b' }) },
      { name: 'a' },
    ),
  },
  {
    rule: 'tar-extension',
    what: 'a pax header for nothing',
    file: withEntries({ name: 'x', type: 'x', content: paxRecords({ path: 'a' }) }),
  },
  {
    rule: 'tar-extension',
    what: 'a name for all entries',
    file: withEntries({ name: 'x', type: 'g', content: paxRecords({ path: 'a' }) }, { name: 'a' }),
  },
  {
    rule: 'tar-extension',
    what: 'two long names',
    file: withEntries(
      { name: 'x', type: 'L', content: 'a\0' },
      { name: 'x', type: 'L', content: 'b\0' },
      { name: 'a' },
    ),
  },
  {
    rule: 'tar-extension',
    what: 'two kinds of long names',
    file: withEntries(
      { name: 'x', type: 'L', content: 'a\0' },
      { name: 'x', type: 'x', content: paxRecords({ path: 'b' }) },
      { name: 'a' },
    ),
  },
  {
    rule: 'tar-extension',
    what: 'a long name with something behind its end',
    file: withEntries({ name: 'x', type: 'L', content: 'a\0b\0' }, { name: 'a' }),
  },
];

const entries: HostileFile[] = [
  { rule: 'path-part', what: '..', file: named('../etc/passwd') },
  { rule: 'path-part', what: '.. within', file: named('a/../../etc/passwd') },
  { rule: 'path-part', what: '. within', file: named('a/./b') },
  { rule: 'path-part', what: '././', file: named('././b') },
  { rule: 'path-part', what: 'two slashes', file: named('a//b') },
  { rule: 'path-part', what: 'a file that ends like a folder', file: named('a/') },
  { rule: 'path-part', what: 'no name', file: named('') },
  { rule: 'path-part', what: 'a folder without a name', file: named('', { type: '5', content: '' }) },
  { rule: 'path-part', what: '.. behind a prefix', file: named('passwd', { prefix: '../etc' }) },
  { rule: 'path-part', what: '.. in a pax header', file: pax({ path: '../a' }) },
  {
    rule: 'path-part',
    what: '.. in a long name',
    file: withEntries({ name: 'x', type: 'L', content: '../a\0' }, { name: 'a' }),
  },
  { rule: 'path-absolute', what: 'an absolute path', file: named('/etc/passwd') },
  { rule: 'path-absolute', what: 'one behind ./', file: named('.//etc/passwd') },
  { rule: 'path-drive', what: 'a drive', file: named('C:/windows') },
  { rule: 'path-character', what: 'a backslash', file: named('..\\a') },
  { rule: 'path-character', what: 'NUL in a pax header', file: pax({ path: 'a\0b' }) },
  { rule: 'path-character', what: 'an escape sequence', file: named('a\u001b[2J') },
  {
    rule: 'path-utf8',
    what: 'Latin-1',
    file: named('a', { edit: (header) => (header.fill(0xe9, 0, 1), sumUp(header)) }),
  },
  { rule: 'entry-link', what: 'a symbolic link', file: named('a', { type: '2', content: '' }) },
  { rule: 'entry-link', what: 'a hard link', file: named('a', { type: '1', content: '' }) },
  { rule: 'entry-link', what: 'a long target of a link', file: named('a', { type: 'K' }) },
  { rule: 'entry-link', what: 'a target in a pax header', file: pax({ linkpath: '/etc' }) },
  { rule: 'entry-device', what: 'a character device', file: named('a', { type: '3', content: '' }) },
  { rule: 'entry-device', what: 'a block device', file: named('a', { type: '4', content: '' }) },
  { rule: 'entry-fifo', what: 'a FIFO', file: named('a', { type: '6', content: '' }) },
  { rule: 'entry-sparse', what: 'a sparse file of GNU tar', file: named('a', { type: 'S', magic: 'gnu' }) },
  { rule: 'entry-sparse', what: 'a sparse file in pax', file: pax({ 'GNU.sparse.major': '1' }) },
  { rule: 'entry-kind', what: 'a contiguous file', file: named('a', { type: '7' }) },
  { rule: 'entry-kind', what: 'a part of a file of another volume', file: named('a', { type: 'M' }) },
  { rule: 'duplicate-path', what: 'a file twice', file: withEntries({ name: 'a' }, { name: 'a' }) },
  { rule: 'duplicate-path', what: 'the manifest twice', file: withEntries(manifest) },
  {
    rule: 'duplicate-path',
    what: 'a folder twice',
    file: withEntries({ name: 'a/', type: '5' }, { name: 'a/', type: '5' }),
  },
  { rule: 'duplicate-path', what: 'a file and a folder', file: withEntries({ name: 'a' }, { name: 'a/', type: '5' }) },
  { rule: 'duplicate-path', what: 'the same with and without ./', file: withEntries({ name: 'a' }, { name: './a' }) },
  {
    rule: 'duplicate-path',
    what: 'the root twice',
    file: withEntries({ name: './', type: '5' }, { name: './', type: '5' }),
  },
  {
    rule: 'duplicate-normalised',
    what: 'é in two forms',
    file: withEntries({ name: 'caf\u00e9' }, { name: 'cafe\u0301' }),
  },
  {
    rule: 'duplicate-normalised',
    what: 'two forms of a folder',
    file: withEntries({ name: 'caf\u00e9/a' }, { name: 'cafe\u0301/b' }),
  },
  { rule: 'path-under-file', what: 'a file below a file', file: withEntries({ name: 'a' }, { name: 'a/b' }) },
  { rule: 'path-under-file', what: 'a file where a folder was', file: withEntries({ name: 'a/b' }, { name: 'a' }) },
];

const manifests: HostileFile[] = [
  { rule: 'manifest-missing', what: 'no wasmer.toml', file: tarGz([{ name: 'a' }]) },
  {
    rule: 'manifest-missing',
    what: 'a wasmer.toml in a folder',
    file: tarGz([{ name: 'a/wasmer.toml', content: toml }]),
  },
  { rule: 'text-utf8', what: 'a wasmer.toml that is no text', file: withToml(Buffer.from([0xff])) },
  { rule: 'toml', what: 'half a table', file: withToml('[package') },
  { rule: 'toml', what: 'a key twice', file: withToml('[package]\nname = "a/b"\nname = "a/c"') },
  { rule: 'toml', what: '__proto__', file: withToml('[__proto__]\na = 1') },
  {
    rule: 'manifest-type',
    what: 'an unknown kind of module',
    file: withToml(`${withModule('a.wasm')}kind = "wasi"\n`, { name: 'a.wasm' }),
  },
  { rule: 'manifest-type', what: 'a number for a name', file: withToml('[package]\nname = 1') },
  { rule: 'manifest-type', what: 'a module that is no table', file: withToml('module = [1]') },
  {
    rule: 'manifest-type',
    what: 'a module with two dependencies',
    file: withToml('[[command]]\nname = "a"\nmodule = "a:b:c"'),
  },
  { rule: 'manifest-version', what: 'version "1"', file: withToml('[package]\nversion = "1"') },
  {
    rule: 'manifest-duplicate',
    what: 'a module twice',
    file: withToml(withModule('a.wasm').repeat(2), { name: 'a.wasm', content: emptyModule }),
  },
  { rule: 'atom-missing', what: 'a module that is not there', file: withToml(withModule('ghost.wasm')) },
  { rule: 'path-part', what: 'a module outside', file: withToml(withModule('../ghost.wasm')) },
  { rule: 'path-absolute', what: 'a module elsewhere', file: withToml(withModule('/bin/ghost.wasm')) },
  {
    rule: 'module',
    what: 'a module that is a text',
    file: withToml(withModule('a.wasm'), { name: 'a.wasm', content: '(module)' }),
  },
  {
    rule: 'command-atom',
    what: 'a command that runs nothing',
    file: withToml('[[command]]\nname = "a"\nmodule = "ghost"'),
  },
  {
    rule: 'dependency',
    what: 'a command of a package that is not declared',
    file: withToml('[[command]]\nname = "a"\nmodule = "ns/x:y"'),
  },
  { rule: 'entrypoint', what: 'an entrypoint that is no command', file: withToml('[package]\nentrypoint = "ghost"') },
  { rule: 'file-missing', what: 'a README that is not there', file: withToml('[package]\nreadme = "README.md"') },
  { rule: 'file-missing', what: 'a licence that is not there', file: withToml('[package]\nlicense-file = "LICENSE"') },
  { rule: 'volume-missing', what: 'a folder that is not there', file: withToml('[fs]\n"/" = "ghost"') },
  { rule: 'volume-missing', what: 'a file for a folder', file: withToml('[fs]\n"/" = "wasmer.toml"') },
];

export const hostileTars: HostileFile[] = [...gzip, ...tar, ...entries, ...manifests];

/** A right archive that unpacks to so many bytes of zeros. */
export function bomb(bytes: number): Buffer {
  return gzipSync(tarFile([manifest, { name: 'zeros', content: Buffer.alloc(bytes) }]), { level: 9 });
}
