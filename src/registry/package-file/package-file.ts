/** What can stand in a JSON document. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type JsonRecord = { [key: string]: Json };

export type PackageFormat = 'webc-v2' | 'webc-v3' | 'tar.gz';

/** Everything about a package file that others build on, as plain data. Hashes are SHA-256 in lower-case hexadecimal digits. */
export type PackageFile = {
  format: PackageFormat;
  sizeBytes: number;
  /** Of the whole file: what the `wasmer` command calls the package's hash, without its `sha256:`. */
  sha256: string;
  /** The builders of webc strip name, version and description, so that equal content has an equal hash. */
  name: string | null;
  version: string | null;
  description: string | null;
  homepage: string | null;
  repository: string | null;
  /** SPDX expression. */
  license: string | null;
  private: boolean;
  /** The manifest of a webc as the clients want it in `webcManifest`; null for a tar.gz. */
  manifest: JsonRecord | null;
  /** Name of the command that runs when none is named. */
  entrypoint: string | null;
  commands: PackageCommand[];
  atoms: PackageAtom[];
  volumes: PackageVolume[];
  mounts: PackageMount[];
  dependencies: PackageDependency[];
  /** Of a tar.gz: a webc does not hold it. */
  wasmerToml: { path: string; text: string; parsed: JsonRecord } | null;
  readme: PackageText | null;
  licenseFile: PackageText | null;
  /** What is allowed and still may surprise. */
  warnings: string[];
};

export type PackageCommand = {
  name: string;
  /** URI in a webc; in a wasmer.toml also a short name, or null where the module's ABI decides. */
  runner: string | null;
  /** Atom that it runs; null when the manifest does not say. */
  atom: string | null;
  /** Package that the atom comes from; null for this one. */
  dependency: string | null;
};

export type PackageAtom = {
  name: string;
  /** URI: `https://webc.org/kind/wasm`. */
  kind: string;
  sizeBytes: number;
  sha256: string;
};

export type PackageVolume = { name: string; entries: PackageEntry[] };

export type PackageEntry = {
  /** Relative to the volume's root, parts between `/`. */
  path: string;
  /** Unix time in seconds; null where the format keeps none. */
  modifiedAt: number | null;
} & ({ kind: 'directory' } | { kind: 'file'; sizeBytes: number; sha256: string });

export type PackageMount = {
  /** Where a running program finds it. */
  path: string;
  volume: string;
  /** Folder within the volume; null for all of it. */
  folder: string | null;
  /** Package that the volume comes from; null for this one. */
  dependency: string | null;
};

export type PackageDependency = {
  name: string;
  /** What satisfies it, as the manifest says: `ns/name@^1.0`, a URL; null for a vendored package. */
  source: string | null;
};

export type PackageText = { path: string; text: string };
