import { atomOf, commandOf, emptyModule, sha256 } from '../kit/webc-file.js';
import { manifest, raw, whole, type HostileFile } from './hostile-parts.js';

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

export const hostileManifests: HostileFile[] = [...cbor, ...manifests];
