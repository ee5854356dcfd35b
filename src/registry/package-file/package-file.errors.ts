import { errorCatalogue } from '../../core/errors/catalogue.js';
import type { Refusal } from '../../core/errors/refusal.js';
import type { PackageLimits } from './limits.js';
import { packageRules, type PackageRule } from './rules.js';

/** `rule` says which rule of `rules.ts` is broken; `section`, `offset` and `path` say where, as far as that is known. */
export const { refuse } = errorCatalogue({
  PACKAGE_FORMAT_UNKNOWN: {
    message: 'This is no package file that can be read.',
    help: 'Packages are webc files of version 2 or 3, or tar.gz archives with a wasmer.toml. `wasmer package build` makes one.',
  },
  PACKAGE_TRUNCATED: {
    message: 'The package file ends too early.',
    help: 'It was cut off, most likely on the way: send it again. `offset` is where it should go on.',
  },
  PACKAGE_LAYOUT_INVALID: {
    message: 'The package file is not laid out as its format wants.',
    help: 'Every byte must belong to exactly one thing. `rule` says what is wrong, `section`, `offset` or `path` where. Build the package again.',
  },
  PACKAGE_HASH_MISMATCH: {
    message: 'A part of the package file is not what its hash says.',
    help: 'The file was damaged or changed after it was built. `rule` says which hash, `section` or `path` of what.',
  },
  PACKAGE_CBOR_INVALID: {
    message: 'The package file holds CBOR that cannot be read.',
    help: 'The index and the manifest of a webc are CBOR of definite length with text as keys, each once, without tags.',
  },
  PACKAGE_TEXT_INVALID: {
    message: 'A text in the package file cannot be read.',
    help: 'Texts are UTF-8, and wasmer.toml is TOML. `path` and `line` say where.',
  },
  PACKAGE_MANIFEST_INVALID: {
    message: 'The manifest of the package cannot be used.',
    help: '`path` is the field of the manifest and `rule` what is wrong with it.',
  },
  PACKAGE_MANIFEST_MISMATCH: {
    message: 'The manifest of the package disagrees with the file.',
    help: 'It speaks of something that is not in the file, or leaves out something that is. `path` is the field of the manifest.',
  },
  PACKAGE_PATH_INVALID: {
    message: 'The package file holds a path that is not allowed.',
    help: 'Paths are relative, in UTF-8, with parts between single slashes; no part is empty, "." or "..", and nothing in it is a backslash or a control character.',
  },
  PACKAGE_ENTRY_FORBIDDEN: {
    message: 'The package file holds something else than files and directories.',
    help: 'Links, devices, FIFOs and sparse files are refused. `path` says which. Replace a link by what it points to.',
  },
  PACKAGE_ENTRY_DUPLICATE: {
    message: 'The package file holds a path twice.',
    help: 'Also when two paths differ only in how accents are encoded, or a file has something below it. Letter case makes another path.',
  },
  PACKAGE_MODULE_INVALID: {
    message: 'A module of the package is no valid WebAssembly.',
    help: '`path` is the module. The server runs nothing, but gives out only what can be run.',
  },
  PACKAGE_LIMIT_EXCEEDED: {
    message: 'The package exceeds a limit.',
    help: '`limit` is the name of the limit and `max` what it allows. `timeMs` and `heapMib` are what reading the file may cost.',
  },
});

/** Where in a package file something is wrong. */
export type Where = {
  /** `index`, `manifest`, `atoms`, `volume /public`, `wasmer.toml`, `gzip`, `tar`. */
  section?: string;
  /** In bytes from the start of the file; of a tar.gz from the start of the unpacked archive. */
  offset?: number;
  /** Of an entry in its volume, or of a field in the manifest: `commands.run.runner`. */
  path?: string;
  /** Of a text, from 1. */
  line?: number;
};

/** @returns a refusal (to be thrown) that names the broken rule and where it is broken. */
export function broken(rule: PackageRule, where: Where = {}, facts: Record<string, unknown> = {}): Refusal {
  const [code, text] = packageRules[rule];
  const shown = { ...where, ...(where.path !== undefined && { path: visible(where.path) }) };
  return refuse(code, { rule, ...shown, ...facts }, `${text}${placeOf(shown)}.`);
}

/** @throws Refusal with the rule `limit` when `value` is more than the limit allows. */
export function within(limits: PackageLimits, limit: keyof PackageLimits, value: number, where: Where = {}): void {
  if (value <= limits[limit]) return;
  throw exceeded(limits, limit, where);
}

/** @returns the refusal for an exceeded limit. */
export function exceeded(limits: PackageLimits, limit: keyof PackageLimits, where: Where = {}): Refusal {
  const shown = { ...where, ...(where.path !== undefined && { path: visible(where.path) }) };
  const text = `The package exceeds the limit ${limit} of ${limits[limit]}${placeOf(shown)}.`;
  return refuse(packageRules.limit[0], { rule: 'limit', limit, max: limits[limit], ...shown }, text);
}

function placeOf({ section, offset, path, line }: Where): string {
  const places = [
    section,
    path !== undefined && `"${path}"`,
    line !== undefined && `line ${line}`,
    offset !== undefined && `offset ${offset}`,
  ].filter((place) => place !== undefined && place !== false);
  return places.length > 0 ? ` (${places.join(', ')})` : '';
}

const shownChars = 200;

/** Text of a hostile file for a terminal or a log: what is not printed becomes an escape. */
export function escaped(text: string): string {
  return text.replace(
    /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu,
    (character) => `\\u{${character.codePointAt(0)!.toString(16)}}`,
  );
}

/** The same, cut to what a message may hold. */
function visible(text: string): string {
  return escaped(text.length > shownChars ? `${text.slice(0, shownChars)}…` : text);
}
