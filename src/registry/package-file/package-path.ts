import { textOf } from './bytes.js';
import type { PackageLimits } from './limits.js';
import { broken, within, type Where } from './package-file.errors.js';

// Not printed: control and format characters (among them those that turn the reading direction), separators of lines, and what cannot
// stand in UTF-8. The joiners U+200C and U+200D belong to scripts and emoji.
const unprinted = /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\uFEFF\u200B\u200E\u200F\u202A-\u202E\u2060-\u206F]/u;

/** @throws Refusal `path-utf8`. */
export function pathText(bytes: Uint8Array, where: Where): string {
  const text = textOf(bytes);
  if (text === null) throw broken('path-utf8', where);
  return text;
}

/**
 * One part of a path, as it stands in a directory.
 * @throws Refusal naming the rule that it breaks.
 */
export function checkPart(part: string, limits: PackageLimits, where: Where): void {
  if (part === '' || part === '.' || part === '..') throw broken('path-part', where);
  if (/[\\/]/.test(part) || unprinted.test(part)) throw broken('path-character', where);
  within(limits, 'partBytes', Buffer.byteLength(part), where);
}

/**
 * A whole path, relative, with single slashes between its parts.
 * @throws Refusal naming the rule that it breaks.
 */
export function checkPath(path: string, limits: PackageLimits, where: Where): void {
  if (path.startsWith('/')) throw broken('path-absolute', where);
  // `B::Deparse` is a manual page of Perl, and no drive.
  if (/^[A-Za-z]:(?!:)/.test(path)) throw broken('path-drive', where);
  within(limits, 'pathBytes', Buffer.byteLength(path), where);
  const parts = path.split('/');
  within(limits, 'pathParts', parts.length, where);
  for (const part of parts) checkPart(part, limits, where);
}

/** How much of the limits for all paths of a file together is used. */
export class PathCount {
  private entries = 0;
  private bytes = 0;

  constructor(private readonly limits: PackageLimits) {}

  /** @throws Refusal when it is one too many. */
  addEntry(where: Where): void {
    within(this.limits, 'entries', ++this.entries, where);
  }

  /** @throws Refusal when all paths together are too long. */
  addPath(path: string, where: Where): void {
    this.bytes += Buffer.byteLength(path);
    within(this.limits, 'allPathsBytes', this.bytes, where);
  }
}

type Known = { path: string; kind: 'file' | 'directory' | 'implied' };

/**
 * The paths of one volume, to find those that are there twice. Two paths are the same when they are the same in Unicode's form NFC: some
 * file systems make no difference. Letter case does make one (terminfo has `L` and `l`), though not on every file system: `caseTwins`.
 */
export class PathSet {
  private readonly known = new Map<string, Known>();
  private readonly lower = new Set<string>();
  /** Paths that differ from another one only in letter case. */
  readonly caseTwins: string[] = [];

  /** @throws Refusal when the path is there already, or its parent is a file. */
  add(path: string, kind: 'file' | 'directory', where: Where): void {
    this.addParents(path, where);
    const key = path.normalize('NFC');
    const known = this.known.get(key);
    if (known === undefined) return this.remember(key, { path, kind });
    if (known.path !== path) throw broken('duplicate-normalised', where);
    if (known.kind !== 'implied') throw broken('duplicate-path', where);
    if (kind === 'file') throw broken('path-under-file', where);
    known.kind = 'directory';
  }

  private addParents(path: string, where: Where): void {
    for (let end = path.lastIndexOf('/'); end > 0; end = path.lastIndexOf('/', end - 1)) {
      const parent = path.slice(0, end);
      const key = parent.normalize('NFC');
      const known = this.known.get(key);
      if (known === undefined) {
        this.remember(key, { path: parent, kind: 'implied' });
        continue;
      }
      if (known.path !== parent) throw broken('duplicate-normalised', where);
      if (known.kind === 'file') throw broken('path-under-file', where);
      return; // its own parents are known already
    }
  }

  private remember(key: string, known: Known): void {
    this.known.set(key, known);
    const folded = key.toLowerCase();
    if (this.lower.has(folded)) this.caseTwins.push(known.path);
    else this.lower.add(folded);
  }
}

/** @param where is put before each. @returns warnings of paths that differ only in letter case, as many as the limit allows. */
export function caseWarnings(paths: string[], limits: PackageLimits, where: string): string[] {
  const shown = paths.slice(0, limits.warnings);
  const left = paths.length - shown.length;
  return [
    ...shown.map((path) => `${where}"${path}" differs from another path only in letter case.`),
    ...(left > 0 ? [`${where}${left} more paths differ from others only in letter case.`] : []),
  ];
}
