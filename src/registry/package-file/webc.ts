import { sha256Of, textOf, type ByteSource } from './bytes.js';
import { decodeCbor, jsonOf } from './cbor.js';
import { recordAt } from './fields.js';
import type { PackageLimits } from './limits.js';
import { checkModule, isWasm } from './module.js';
import type { JsonRecord, PackageAtom, PackageFile, PackageText, PackageVolume } from './package-file.js';
import { broken, within } from './package-file.errors.js';
import { PathCount } from './package-path.js';
import { checkAgainstFile, findFile } from './webc-check.js';
import { readIndex, webcLayouts } from './webc-index.js';
import { readWebcManifest, type ManifestAtom, type VolumeFile } from './webc-manifest.js';
import {
  checkFileHashes,
  checkSectionHash,
  openSection,
  readAtoms,
  readVolume,
  type Reading,
  type Section,
  type Tree,
} from './webc-sections.js';
import type { TreeFile } from './webc-tree.js';

/**
 * Reads a webc of version 2 or 3: first how it is laid out and what its manifest says; the hashes, which cost most, at last.
 * @throws Refusal
 */
export function readWebc(source: ByteSource, limits: PackageLimits): PackageFile {
  const reading = beginReading(source, limits);
  const sections = readIndex(source, limits).map((entry) => openSection(entry, reading));
  const [manifestSection, atomsSection, ...volumeSections] = sections as [Section, Section, ...Section[]];
  const manifest = readManifest(manifestSection, reading);
  const { readme, licenseFile, atoms, ...facts } = readWebcManifest(manifest, limits);
  const atomFiles = readAtoms(atomsSection, reading);
  const volumes = volumeSections.map((section) => readVolume(section, reading));
  checkAgainstFile({ readme, licenseFile, atoms, ...facts }, atomFiles, volumes);
  for (const section of sections) checkSectionHash(section, source);
  for (const tree of [{ name: 'atoms', nodes: atomFiles }, ...volumes]) checkFileHashes(tree, source);
  return {
    format: reading.layout.format,
    sizeBytes: source.sizeBytes,
    sha256: sha256Of(source, { start: 0, length: source.sizeBytes }),
    ...facts,
    manifest,
    atoms: atoms.map((atom) => readAtom(atom, atomFiles, reading)),
    volumes: volumes.map(volumeOf),
    wasmerToml: null,
    readme: readText(readme, volumes, reading),
    licenseFile: readText(licenseFile, volumes, reading),
    warnings: reading.warnings,
  };
}

function beginReading(source: ByteSource, limits: PackageLimits): Reading {
  const version = Buffer.from(source.read(5, 3)).toString('latin1');
  const layout = Object.hasOwn(webcLayouts, version) ? webcLayouts[version] : undefined;
  if (!layout) throw broken('webc-version', { offset: 5 });
  return { source, limits, layout, count: new PathCount(limits), warnings: [] };
}

function readManifest({ name, body }: Section, { source, limits }: Reading): JsonRecord {
  const where = { section: name, offset: body.start };
  within(limits, 'manifestBytes', body.length, where);
  const { value, length } = decodeCbor(source.read(body.start, body.length, true), limits, where);
  if (length < body.length) throw broken('trailing-bytes', { ...where, offset: body.start + length });
  return recordAt(jsonOf(value), where) as JsonRecord;
}

/** @throws Refusal when it is WebAssembly, and not valid. */
function readAtom({ name, kind, features }: ManifestAtom, files: TreeFile[], reading: Reading): PackageAtom {
  const { span, sha256 } = files.find(({ path }) => path === name)!; // checkAgainstFile has seen it
  const where = { section: 'atoms', path: name };
  if (isWasm(kind)) {
    within(reading.limits, 'atomBytes', span.length, where);
    const warning = checkModule(reading.source.read(span.start, span.length, true), features, where);
    if (warning) reading.warnings.push(warning);
  }
  return { name, kind, sizeBytes: span.length, sha256 };
}

function readText(file: VolumeFile | null, volumes: Tree[], { source, limits }: Reading): PackageText | null {
  const found = file && findFile(file, volumes);
  if (!found) return null;
  const where = { section: `volume ${file.volume}`, path: found.path };
  within(limits, 'textBytes', found.span.length, where);
  const text = textOf(source.read(found.span.start, found.span.length, true));
  if (text === null) throw broken('text-utf8', where);
  return { path: found.path, text };
}

function volumeOf({ name, nodes }: Tree): PackageVolume {
  const entries = nodes.map((node) => {
    const { path, modifiedAt } = node;
    if (node.kind === 'directory') return { path, modifiedAt, kind: node.kind };
    return { path, modifiedAt, kind: node.kind, sizeBytes: node.span.length, sha256: node.sha256 };
  });
  return { name, entries };
}
