import { parse, TomlDate, TomlError } from 'smol-toml';
import {
  below,
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
import type { Json, JsonRecord, PackageCommand, PackageDependency, PackageMount } from './package-file.js';
import { broken, exceeded, within, type Where } from './package-file.errors.js';
import { checkPath } from './package-path.js';
import { moduleReference, packageOf, type PackageFacts } from './webc-manifest.js';

export type TomlModule = { name: string; kind: string; source: string };

/** What a wasmer.toml says, in types (crate `wasmer-config`, module `package`). */
export type WasmerToml = PackageFacts & {
  parsed: JsonRecord;
  entrypoint: string | null;
  readme: string | null;
  licenseFile: string | null;
  modules: TomlModule[];
  commands: PackageCommand[];
  mounts: PackageMount[];
  dependencies: PackageDependency[];
};

/** Paths of an archive keep its rules; those of the machine where the package was built are whatever they are: `../target/x.wasm`. */
export type TomlPaths = 'archive' | 'builder';

/** @param section name of the file. @throws Refusal when it is no TOML, a field has the wrong type, or a name is given twice. */
export function readWasmerToml(
  text: string,
  section: string,
  limits: PackageLimits,
  paths: TomlPaths = 'archive',
): WasmerToml {
  const root: Where = { section };
  const parsed = jsonOf(parseToml(text, limits, root), 0, limits, root) as JsonRecord;
  const about = optional(parsed, 'package', root, recordAt) ?? {};
  const at = below(root, 'package');
  const path = paths === 'builder' ? textAt : (value: unknown, where: Where) => pathAt(value, limits, where);
  const commands = tables(parsed, 'command', 'commands', limits, root).map(commandOf);
  return {
    parsed,
    ...packageOf(about, at, limits),
    readme: optional(about, 'readme', at, path),
    licenseFile: optional(about, 'license-file', at, path),
    // As for `wasmer`: the only command is the entrypoint.
    entrypoint: optional(about, 'entrypoint', at, textAt) ?? (commands.length === 1 ? commands[0]!.name : null),
    modules: tables(parsed, 'module', 'atoms', limits, root).map((table) => moduleOf(table, path)),
    commands,
    mounts: mountsOf(optional(parsed, 'fs', root, recordAt) ?? {}, path, limits, below(root, 'fs')),
    dependencies: dependenciesOf(parsed, limits, root),
  };
}

function parseToml(text: string, limits: PackageLimits, where: Where): unknown {
  try {
    return parse(text, { maxDepth: limits.nesting, unsafeKeyBehaviour: 'throw' });
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    if (error.message.includes('excessively nested')) throw exceeded(limits, 'nesting', where);
    throw broken('toml', { ...where, line: error.line });
  }
}

/** Dates as text. The parser counts the nesting of values; that of tables is counted here. */
function jsonOf(value: unknown, depth: number, limits: PackageLimits, where: Where): Json {
  if (value instanceof TomlDate) return value.toISOString();
  if (typeof value !== 'object' || value === null) return value as Json;
  if (depth > limits.nesting) throw exceeded(limits, 'nesting', where);
  if (Array.isArray(value)) return value.map((inner) => jsonOf(inner, depth + 1, limits, where));
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, jsonOf(inner, depth + 1, limits, where)]),
  );
}

type Table = { name: string; fields: Fields; where: Where };

/** An array of tables that each have a name of their own. */
function tables(parsed: Fields, key: string, limit: 'atoms' | 'commands', limits: PackageLimits, root: Where): Table[] {
  const list = optional(parsed, key, root, listAt) ?? [];
  within(limits, limit, list.length, below(root, key));
  const names = new Set<string>();
  return list.map((value, index) => {
    const where = below(below(root, key), index);
    const fields = recordAt(value, where);
    const name = checkName(required(fields, 'name', where, textAt), limits, below(where, 'name'));
    if (names.has(name)) throw broken('manifest-duplicate', below(where, 'name'));
    names.add(name);
    return { name, fields, where };
  });
}

type ReadPath = (value: unknown, where: Where) => string;

function moduleOf({ name, fields, where }: Table, path: ReadPath): TomlModule {
  return {
    name,
    kind: defaulted(fields, 'kind', where, kindOf, kindOf('wasm', where)),
    source: required(fields, 'source', where, path),
  };
}

function commandOf({ name, fields, where }: Table): PackageCommand {
  return {
    name,
    runner: optional(fields, 'runner', where, textAt),
    ...moduleReference(required(fields, 'module', where, textAt), below(where, 'module')),
  };
}

/** The two short names that `wasmer` knows stand for URLs; without one it is WebAssembly. */
function kindOf(kind: unknown, where: Where): string {
  const isShort = kind === 'wasm' || kind === 'tensorflow-SavedModel';
  return isShort ? `https://webc.org/kind/${kind}` : urlAt(kind, where);
}

/** `[fs]`: where a program finds it = folder of the archive. */
function mountsOf(fs: Fields, read: ReadPath, limits: PackageLimits, where: Where): PackageMount[] {
  const entries = Object.entries(fs);
  within(limits, 'mounts', entries.length, where);
  return entries.map(([path, value]) => {
    const folder = textAt(value, below(where, path)).replace(/\/+$/, '');
    const isRoot = folder === '' || folder === '.';
    return { path, volume: '/', folder: isRoot ? null : read(folder, below(where, path)), dependency: null };
  });
}

function dependenciesOf(parsed: Fields, limits: PackageLimits, root: Where): PackageDependency[] {
  const entries = Object.entries(optional(parsed, 'dependencies', root, recordAt) ?? {});
  within(limits, 'dependencies', entries.length, below(root, 'dependencies'));
  return entries.map(([name, value]) => {
    const where = below(below(root, 'dependencies'), name);
    return { name: checkName(name, limits, where), source: `${name}@${textAt(value, where)}` };
  });
}

/** A path within the archive; `./` in front is usual. */
function pathAt(value: unknown, limits: PackageLimits, where: Where): string {
  const path = textAt(value, where).replace(/^\.\//, '');
  checkPath(path, limits, where);
  return path;
}
