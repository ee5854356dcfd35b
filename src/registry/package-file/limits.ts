const kib = 1024;
const mib = 1024 * kib;

/** Every limit of the reader, in one place. A package file that exceeds one is refused with the rule `limit` and the limit's name. */
export const packageLimits = {
  /** Size of the file. Answers give sizes as 32-bit integers, and the largest known package has a quarter of this. */
  fileBytes: 1024 * mib,
  /** What a tar.gz holds, unpacked, headers included. */
  unpackedBytes: 1024 * mib,
  /** How many times larger than its compressed bytes a tar.gz may become, from `ratioFreeBytes` on. gzip reaches 1032. */
  ratio: 50,
  /** Unpacked bytes up to which no ratio is looked at: text compresses well, and so little hurts nobody. */
  ratioFreeBytes: 64 * mib,
  /** Header of a gzip file, with the file name and the comment in it. */
  gzipHeaderBytes: 4 * kib,
  /** Extended header of one tar entry: a long name, or pax records. */
  tarExtensionBytes: 64 * kib,
  /** Index section of a webc. */
  indexBytes: mib,
  /** Manifest section of a webc. */
  manifestBytes: mib,
  /** Directory tree of one volume, or of the atoms, of a webc. */
  treeBytes: 32 * mib,
  /** Nesting of CBOR and TOML. */
  nesting: 32,
  /** Values in one CBOR document, keys included. */
  cborItems: 100_000,
  /** Volumes of a webc. */
  volumes: 256,
  /** Modules. */
  atoms: 256,
  /** One module: it is held in memory while it is validated. */
  atomBytes: 256 * mib,
  commands: 1_024,
  /** Volumes or folders that a running program finds somewhere. */
  mounts: 256,
  /** Other packages that this one names. */
  dependencies: 256,
  /** Files and folders, of all volumes together; of a tar.gz also its extended headers. */
  entries: 100_000,
  /** All paths together, in UTF-8: a deep tree repeats its folders in each. */
  allPathsBytes: 16 * mib,
  /** A path, in UTF-8. */
  pathBytes: 1_024,
  /** One part of a path, in UTF-8; file systems take no longer one. */
  partBytes: 255,
  /** Parts of a path. */
  pathParts: 64,
  /** Warnings; one more says how many were left out. */
  warnings: 100,
  /** Names of packages, commands, volumes and the like, in characters. */
  nameChars: 255,
  /** wasmer.toml, README and licence, each. */
  textBytes: mib,
  /** Time for one file, from the start of its worker. */
  timeMs: 60_000,
  /** JavaScript heap of the worker that reads one file. */
  heapMib: 256,
} as const;

export type PackageLimits = { readonly [limit in keyof typeof packageLimits]: number };
