import { createHash } from 'node:crypto';
import { sha256Of, textOf, type ByteSource } from './bytes.js';
import { gunzip } from './gzip.js';
import type { PackageLimits } from './limits.js';
import { checkModule, isWasm } from './module.js';
import type { PackageEntry, PackageFile, PackageText } from './package-file.js';
import { broken, within } from './package-file.errors.js';
import { caseWarnings } from './package-path.js';
import { TarReader, type TarEntry } from './tar.js';
import { readWasmerToml, type WasmerToml } from './wasmer-toml.js';
import { checkCommands } from './webc-check.js';

/** In the order in which `wasmer` looks for them; the second is what it was called before. */
const manifestPaths = ['wasmer.toml', 'wapm.toml'];

/**
 * Reads a tar.gz with a wasmer.toml. It is unpacked twice, never to the disk: first to see what is there, then to look into the files
 * that the wasmer.toml names, one at a time.
 * @throws Refusal
 */
export async function readTarball(source: ByteSource, limits: PackageLimits): Promise<PackageFile> {
  const { entries, manifests, warnings } = await listEntries(source, limits);
  const path = manifestPaths.find((candidate) => manifests.has(candidate));
  if (path === undefined) throw broken('manifest-missing', { section: 'tar' });
  const text = manifests.get(path)!;
  const toml = readWasmerToml(text, path, limits);
  const files = new Map(entries.flatMap((entry) => (entry.kind === 'file' ? [[entry.path, entry]] : [])));
  checkCommands({ ...toml, atoms: toml.modules }, path);
  checkPaths(toml, entries, path);
  const texts = await readNamedFiles(toml, source, limits);
  const { parsed, modules, readme, licenseFile, ...facts } = toml;
  return {
    format: 'tar.gz',
    sizeBytes: source.sizeBytes,
    sha256: sha256Of(source, { start: 0, length: source.sizeBytes }),
    ...facts,
    manifest: null,
    atoms: modules.map((module) => {
      const { sizeBytes, sha256 } = files.get(module.source)!; // checkPaths has seen it
      return { name: module.name, kind: module.kind, sizeBytes, sha256 };
    }),
    volumes: [{ name: '/', entries }],
    wasmerToml: { path, text, parsed },
    readme: texts.get(readme ?? '') ?? null,
    licenseFile: texts.get(licenseFile ?? '') ?? null,
    warnings,
  };
}

type Listing = { entries: PackageEntry[]; manifests: Map<string, string>; warnings: string[] };

async function listEntries(source: ByteSource, limits: PackageLimits): Promise<Listing> {
  const entries: PackageEntry[] = [];
  const manifests = new Map<string, string>();
  const tar = new TarReader(gunzip(source, limits), limits);
  for await (const entry of tar.entries()) {
    const { kind, path, modifiedAt } = entry;
    if (kind === 'directory') {
      entries.push({ kind, path, modifiedAt });
      continue;
    }
    const hash = createHash('sha256');
    if (manifestPaths.includes(path)) {
      const bytes = await bytesOf(entry, 'textBytes', limits);
      hash.update(bytes);
      manifests.set(path, textAt(bytes, path));
    } else for await (const chunk of entry.content()) hash.update(chunk);
    entries.push({ kind, path, modifiedAt, sizeBytes: entry.sizeBytes, sha256: hash.digest('hex') });
  }
  const warnings = caseWarnings(tar.paths.caseTwins, limits, '');
  return { entries, manifests, warnings };
}

/** @throws Refusal when the wasmer.toml names a file or folder that is not in the archive. */
function checkPaths(toml: WasmerToml, entries: PackageEntry[], section: string): void {
  const files = new Set(entries.filter(({ kind }) => kind === 'file').map(({ path }) => path));
  for (const [index, { source }] of toml.modules.entries()) {
    if (!files.has(source)) throw broken('atom-missing', { section, path: `module.${index}.source` });
  }
  if (toml.readme !== null && !files.has(toml.readme))
    throw broken('file-missing', { section, path: 'package.readme' });
  if (toml.licenseFile !== null && !files.has(toml.licenseFile)) {
    throw broken('file-missing', { section, path: 'package.license-file' });
  }
  for (const { path, folder } of toml.mounts) {
    if (folder === null) continue;
    const inFolder = `${folder}/`;
    const isThere = entries.some((entry) =>
      entry.kind === 'directory' ? entry.path === folder : entry.path.startsWith(inFolder),
    );
    if (!isThere) throw broken('volume-missing', { section, path: `fs.${path}` });
  }
}

/** Validates the modules, and takes README and licence, by their paths. */
async function readNamedFiles(
  toml: WasmerToml,
  source: ByteSource,
  limits: PackageLimits,
): Promise<Map<string, PackageText>> {
  const modules = new Set(toml.modules.filter(({ kind }) => isWasm(kind)).map((module) => module.source));
  const wanted = new Set([toml.readme, toml.licenseFile]);
  const texts = new Map<string, PackageText>();
  if (modules.size === 0 && toml.readme === null && toml.licenseFile === null) return texts;
  for await (const entry of new TarReader(gunzip(source, limits), limits).entries()) {
    if (entry.kind === 'directory') continue;
    const { path } = entry;
    // A file can be both only by mistake, and each look takes the content once.
    if (modules.has(path)) checkModule(await bytesOf(entry, 'atomBytes', limits), [], { section: 'tar', path });
    else if (wanted.has(path)) texts.set(path, { path, text: textAt(await bytesOf(entry, 'textBytes', limits), path) });
  }
  return texts;
}

/** The whole content. @throws Refusal when it is more than the limit allows, before any of it is read. */
async function bytesOf(
  entry: TarEntry & { kind: 'file' },
  limit: 'textBytes' | 'atomBytes',
  limits: PackageLimits,
): Promise<Uint8Array> {
  within(limits, limit, entry.sizeBytes, { section: 'tar', path: entry.path });
  const chunks: Uint8Array[] = [];
  for await (const chunk of entry.content()) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}

function textAt(bytes: Uint8Array, path: string): string {
  const text = textOf(bytes);
  if (text === null) throw broken('text-utf8', { section: 'tar', path });
  return text;
}
