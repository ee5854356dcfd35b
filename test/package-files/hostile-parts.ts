import type { PackageRule } from '../../src/registry/package-file/rules.js';
import { webcFile, webcParts, type Section, type TreeParts, type WebcEdits, type WebcParts } from '../kit/webc-file.js';

/** A file that breaks one rule, and says so in its name. */
export type HostileFile = { rule: PackageRule; what: string; file: Buffer };

/** A package with a file, so that there is something to spoil. */
export const parts = (given: Parameters<typeof webcParts>[0] = {}): WebcParts =>
  webcParts({ volumes: { '/public': { 'index.html': 'hi', deep: { 'data.bin': 'data' } } }, ...given });

export const whole = (edits?: WebcEdits, given?: Parameters<typeof webcParts>[0]): Buffer =>
  webcFile(parts(given), edits);

/** Changes the parts before hashes and lengths are made to fit. */
export function spoilt(spoil: (parts: WebcParts) => void, given?: Parameters<typeof webcParts>[0]): Buffer {
  const all = parts(given);
  spoil(all);
  return webcFile(all);
}

/** Changes the tree of the volume; `at` are the places of its records: root, index.html, deep, data.bin. */
export const tree = (spoil: (volume: TreeParts) => void): Buffer => spoilt(({ volumes }) => spoil(volumes[0]!));

/** Changes a byte of the finished file. */
export function flipped(file: Buffer, offset: number): Buffer {
  const copy = Buffer.from(file);
  copy[offset]! ^= 1;
  return copy;
}

export const manifest = (fields: Record<string, unknown>): Buffer => whole({}, { manifest: fields });
export const raw = (hex: string): Buffer => spoilt((all) => (all.manifest = Buffer.from(hex, 'hex')));
export const body = (name: string, change: (section: Section) => void): Buffer =>
  whole({ sections: (sections) => change(sections.find((section) => section.name === name)!) });
export const names = (...list: string[]): Buffer =>
  whole({}, { volumes: { '/public': Object.fromEntries(list.map((name) => [name, name])) } });

/** Where the first entry of the root stands: behind tag, length, times and hash. */
export const firstEntry = 1 + 8 + 24 + 32;
export const html = Buffer.from('index.html');
/** Where the record of the first file begins: behind that of the root. */
export const fileRecord = (volume: TreeParts): number => volume.tree.indexOf(31, volume.tree.indexOf('deep'));
