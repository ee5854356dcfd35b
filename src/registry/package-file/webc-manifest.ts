import { parseVersion } from '../version/version.js';
import {
  below,
  booleanAt,
  checkName,
  defaulted,
  listAt,
  optional,
  recordAt,
  required,
  textAt,
  urlAt,
  type Fields,
} from './fields.js';
import type { PackageLimits } from './limits.js';
import type { PackageCommand, PackageDependency, PackageMount } from './package-file.js';
import { broken, within, type Where } from './package-file.errors.js';

/** A file in a volume of the package. */
export type VolumeFile = { volume: string; path: string };

export type ManifestAtom = { name: string; kind: string; sha256: string; features: string[] };

/** What the manifest of a webc says, in types (crate `webc`, module `metadata`). */
export type WebcManifest = {
  name: string | null;
  version: string | null;
  description: string | null;
  homepage: string | null;
  repository: string | null;
  license: string | null;
  private: boolean;
  readme: VolumeFile | null;
  licenseFile: VolumeFile | null;
  entrypoint: string | null;
  atoms: ManifestAtom[];
  commands: PackageCommand[];
  mounts: PackageMount[];
  dependencies: PackageDependency[];
};

/** @wasmer/sdk (0.10.0) takes the licence for a text, writes it into this file of the volume `metadata`, and its path for the licence. */
export const sdkLicense = '/License';

const theRoot: Where = { section: 'manifest' };

/**
 * What the clients cannot decode is refused here: they would fail on every use of the package.
 * @throws Refusal when a field has the wrong type, or a name cannot be used. Whether it fits the file is not looked at here.
 */
export function readWebcManifest(manifest: Fields, limits: PackageLimits, root: Where = theRoot): WebcManifest {
  const annotations = defaulted(manifest, 'package', root, recordAt, {});
  const at = below(root, 'package');
  const wapm = optional(annotations, 'wapm', at, recordAt) ?? {};
  const mounts = optional(annotations, 'fs', at, listAt) ?? [];
  within(limits, 'mounts', mounts.length, below(at, 'fs'));
  checkBindings(defaulted(manifest, 'bindings', root, listAt, []), below(root, 'bindings'));
  const named = (key: string, limit: NamedLimit) => namedIn(manifest, key, limit, limits, root);
  return {
    ...aboutOf(wapm, below(at, 'wapm'), limits),
    entrypoint: optional(manifest, 'entrypoint', root, textAt),
    atoms: named('atoms', 'atoms').map(atomOf),
    commands: named('commands', 'commands').map(commandOf),
    mounts: mounts.map((value, index) => mountOf(value, below(below(at, 'fs'), index))),
    dependencies: named('use', 'dependencies').map((entry) => dependencyOf(entry, limits)),
  };
}

/** The annotation `wapm`. */
function aboutOf(wapm: Fields, where: Where, limits: PackageLimits): PackageFacts & Files {
  const { license, ...facts } = packageOf(wapm, where, limits);
  const readme = optional(wapm, 'readme', where, volumeFileAt);
  if (license === sdkLicense) {
    return { ...facts, license: null, readme, licenseFile: { volume: 'metadata', path: sdkLicense } };
  }
  return { ...facts, license, readme, licenseFile: optional(wapm, 'license-file', where, volumeFileAt) };
}

type Files = Pick<WebcManifest, 'readme' | 'licenseFile'>;

export type PackageFacts = Pick<
  WebcManifest,
  'name' | 'version' | 'description' | 'homepage' | 'repository' | 'license' | 'private'
>;

/** The fields that wasmer.toml and the annotation `wapm` have in common. */
export function packageOf(fields: Fields, where: Where, limits: PackageLimits): PackageFacts {
  const text = (key: string): string | null => optional(fields, key, where, textAt);
  const name = text('name');
  if (name !== null) checkName(name, limits, below(where, 'name'));
  const version = text('version');
  if (version !== null && parseVersion(version) === null) throw broken('manifest-version', below(where, 'version'));
  return {
    name,
    version,
    description: text('description'),
    homepage: text('homepage'),
    repository: text('repository'),
    license: text('license'),
    private: defaulted(fields, 'private', where, booleanAt, false),
  };
}

type Named = { name: string; value: unknown; where: Where };

type NamedLimit = 'atoms' | 'commands' | 'dependencies';

function namedIn(manifest: Fields, key: string, limit: NamedLimit, limits: PackageLimits, root: Where): Named[] {
  const record = defaulted(manifest, key, root, recordAt, {});
  const entries = Object.entries(record);
  within(limits, limit, entries.length, below(root, key));
  return entries.map(([name, value]) => {
    const where = below(below(root, key), name);
    return { name: checkName(name, limits, where), value, where };
  });
}

function atomOf({ name, value, where }: Named): ManifestAtom {
  const atom = recordAt(value, where);
  const signature = required(atom, 'signature', where, textAt);
  const annotations = defaulted(atom, 'annotations', where, recordAt, {});
  const wasm = optional(annotations, 'wasm', below(where, 'annotations'), recordAt) ?? {};
  return {
    name,
    kind: required(atom, 'kind', where, urlAt),
    sha256: hashOf(signature, below(where, 'signature')),
    features: (optional(wasm, 'features', where, listAt) ?? []).map((feature) => textAt(feature, where)),
  };
}

/** `sha256:` and the hash in base64. */
function hashOf(signature: string, where: Where): string {
  const [, base64] = /^sha256:([A-Za-z0-9+/]{43}=)$/.exec(signature) ?? [];
  const hash = Buffer.from(base64 ?? '', 'base64');
  if (hash.length !== 32 || hash.toString('base64') !== base64) throw broken('atom-signature', where);
  return hash.toString('hex');
}

function commandOf({ name, value, where }: Named): PackageCommand {
  const command = recordAt(value, where);
  const annotations = required(command, 'annotations', where, recordAt);
  const at = below(where, 'annotations');
  return {
    name,
    runner: required(command, 'runner', where, textAt),
    ...(optional(annotations, 'atom', at, atomAnnotation) ??
      optional(annotations, 'wasi', at, olderAnnotation) ??
      optional(annotations, 'emscripten', at, olderAnnotation) ?? { atom: null, dependency: null }),
  };
}

type AtomReference = { atom: string; dependency: string | null };

function atomAnnotation(value: unknown, where: Where): AtomReference {
  const annotation = recordAt(value, where);
  return {
    atom: required(annotation, 'name', where, textAt),
    dependency: optional(annotation, 'dependency', where, textAt),
  };
}

/** Before the annotation `atom`, the runner's own said `module`, or `dependency:module`. */
function olderAnnotation(value: unknown, where: Where): AtomReference | null {
  const atom = optional(recordAt(value, where), 'atom', where, textAt);
  return atom === null ? null : moduleReference(atom, below(where, 'atom'));
}

/** `module` or `dependency:module`. */
export function moduleReference(text: string, where: Where): AtomReference {
  const parts = text.split(':');
  if (parts.length > 2) throw broken('manifest-type', where);
  const [atom, dependency = null] = parts.reverse();
  return { atom: atom!, dependency };
}

function mountOf(value: unknown, where: Where): PackageMount {
  const mount = recordAt(value, where);
  return {
    path: required(mount, 'mount_path', where, textAt),
    volume: required(mount, 'volume_name', where, textAt),
    folder: optional(mount, 'host_path', where, textAt) ?? optional(mount, 'original_path', where, textAt),
    dependency: optional(mount, 'from', where, textAt),
  };
}

function dependencyOf({ name, value, where }: Named, limits: PackageLimits): PackageDependency {
  if (typeof value === 'string') return { name, source: value };
  readWebcManifest(recordAt(value, where), limits, where); // that of a vendored package; CBOR is only so deep
  return { name, source: null };
}

function checkBindings(bindings: unknown[], where: Where): void {
  for (const [index, value] of bindings.entries()) {
    const binding = recordAt(value, below(where, index));
    for (const key of ['name', 'kind']) required(binding, key, below(where, index), textAt);
    if (!Object.hasOwn(binding, 'annotations')) throw broken('manifest-type', below(where, index));
  }
}

function volumeFileAt(value: unknown, where: Where): VolumeFile {
  const file = recordAt(value, where);
  return { volume: required(file, 'volume', where, textAt), path: required(file, 'path', where, textAt) };
}
