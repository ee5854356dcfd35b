import { Cursor, type ByteSource, type Span } from './bytes.js';
import { decodeCbor, type Cbor } from './cbor.js';
import type { PackageLimits } from './limits.js';
import { broken, within, type Where } from './package-file.errors.js';

/** What differs between the versions of webc. Both are described in the crate `webc`, modules `v2` and `v3`. */
export type WebcLayout = {
  format: 'webc-v2' | 'webc-v3';
  /** Sections carry a hash of their data, directories one of their children, and children one of themselves. */
  hashes: boolean;
  /** Directories and files carry times. */
  times: boolean;
};

export const webcLayouts: Record<string, WebcLayout> = {
  '002': { format: 'webc-v2', hashes: false, times: false },
  '003': { format: 'webc-v3', hashes: true, times: true },
};

/** First byte of what stands in a webc (crate `webc`, `Tag`). */
export const tags = { manifest: 1, index: 2, atoms: 3, volume: 4, directory: 30, file: 31, symlink: 32 } as const;

/** A section as the index announces it. */
export type SectionEntry = { kind: 'manifest' | 'atoms' | 'volume'; name: string; span: Span; sha256: string };

export const magic = '\0webc';
const indexStart = 8; // after magic and version

/**
 * Reads the index and checks that its sections, one after the other and without a gap, make up the rest of the file.
 * @returns the sections: manifest, atoms, then the volumes in the order of the index.
 * @throws Refusal
 */
export function readIndex(source: ByteSource, limits: PackageLimits): SectionEntry[] {
  const head = new Cursor(source.read(indexStart, 9, true), { section: 'index', offset: indexStart });
  if (head.u8() !== tags.index) throw broken('section-tag', { section: 'index', offset: indexStart });
  const length = head.u64();
  const where = { section: 'index', offset: indexStart + 9 };
  within(limits, 'indexBytes', length, where);
  const bytes = source.read(where.offset, length, true);
  const index = decodeCbor(bytes, limits, where);
  // Writers reserve some room, for they do not know how long the offsets in it get.
  const padding = bytes.subarray(index.length);
  if (padding.some((byte) => byte !== 0))
    throw broken('trailing-bytes', { ...where, offset: where.offset + index.length });
  const sections = sectionsOf(index.value, limits, where);
  checkTiles(sections, where.offset + length, source.sizeBytes);
  return sections;
}

function sectionsOf(index: Cbor, limits: PackageLimits, where: Where): SectionEntry[] {
  const fields = mapOf(index, ['manifest', 'atoms', 'volumes', 'signature'], where);
  const volumes = fields.get('volumes');
  if (!(volumes instanceof Map)) throw broken('manifest-type', { ...where, path: 'volumes' });
  within(limits, 'volumes', volumes.size, where);
  checkSignature(fields.get('signature'), { ...where, path: 'signature' });
  return [
    entryOf('manifest', 'manifest', fields.get('manifest'), where),
    entryOf('atoms', 'atoms', fields.get('atoms'), where),
    ...[...volumes].map(([name, entry]) => entryOf('volume', name, entry, where)),
  ];
}

function entryOf(kind: SectionEntry['kind'], name: string, value: Cbor | undefined, where: Where): SectionEntry {
  const at = { ...where, path: kind === 'volume' ? `volumes.${name}` : name };
  const entry = mapOf(value, ['span', 'checksum'], at);
  const span = mapOf(entry.get('span'), ['start', 'len'], at);
  const checksum = mapOf(entry.get('checksum'), ['tag', 'value'], at);
  const hash = checksum.get('value');
  if (checksum.get('tag') !== 'checksum-sha256' || !(hash instanceof Uint8Array) || hash.length !== 32) {
    throw broken('checksum', at);
  }
  const sha256 = Buffer.from(hash).toString('hex');
  return {
    kind,
    name,
    span: { start: numberOf(span.get('start'), at), length: numberOf(span.get('len'), at) },
    sha256,
  };
}

/** The format has a place for a signature and knows only one kind: none. */
function checkSignature(value: Cbor | undefined, where: Where): void {
  const signature = mapOf(value, ['tag', 'value'], where);
  const bytes = signature.get('value');
  const isNone = signature.get('tag') === 'signature-none' && bytes instanceof Uint8Array && bytes.length === 0;
  if (!isNone) throw broken('signature', where);
}

/** A map with exactly these keys: more would be something that clients do not see. */
function mapOf(value: Cbor | undefined, keys: string[], where: Where): Map<string, Cbor> {
  if (!(value instanceof Map) || value.size !== keys.length || !keys.every((key) => value.has(key))) {
    throw broken('manifest-type', where);
  }
  return value;
}

function numberOf(value: Cbor | undefined, where: Where): number {
  if (!Number.isSafeInteger(value) || (value as number) < 0) throw broken('manifest-type', where);
  return value as number;
}

function checkTiles(sections: SectionEntry[], start: number, end: number): void {
  let reached = start;
  for (const { name, span } of sections.toSorted((a, b) => a.span.start - b.span.start)) {
    const where = { section: name, offset: span.start };
    if (span.start < reached) throw broken('span-overlap', where);
    if (span.start > end || span.length > end - span.start) throw broken('truncated', { ...where, offset: end });
    if (span.start > reached) throw broken('span-gap', { ...where, offset: reached });
    reached += span.length;
  }
  if (reached < end) throw broken('trailing-bytes', { offset: reached });
}
