import { performance } from 'node:perf_hooks';
import { Refusal } from '../../src/core/errors/refusal.js';
import type { PackageFile } from '../../src/registry/package-file/package-file.js';
import { readPackage } from '../../src/registry/package-file/read-package.js';
import { sha256 } from '../kit/webc-file.js';
import { packageCases } from './package-cases.js';
import { FuzzRandom } from './random.js';

export type FuzzOptions = {
  seed: number;
  cases: number;
  /** Number of the first case: one that failed can be run alone. */
  first?: number;
  /** Where the real package files are. */
  folder: string;
  /** Before each case. */
  onCase?(index: number): void;
};

export type FuzzReport = {
  seed: number;
  cases: number;
  accepted: number;
  /** How often each rule refused; `limit:` and the name of the limit for those. */
  refusals: Record<string, number>;
  slowest: { index: number; ms: number };
  /** What should not have happened, with the number of the case. */
  failures: { index: number; reason: string }[];
};

const mostFailures = 10;

/** Reads as many spoilt package files. Each depends on the seed and its own number alone. */
export async function fuzzPackages({ seed, cases, first = 0, folder, onCase }: FuzzOptions): Promise<FuzzReport> {
  const make = packageCases(folder);
  const report: FuzzReport = { seed, cases, accepted: 0, refusals: {}, slowest: { index: first, ms: 0 }, failures: [] };
  for (let index = first; index < first + cases && report.failures.length < mostFailures; index += 1) {
    onCase?.(index);
    const file = make(new FuzzRandom(Math.imul(seed, 0x9e3779b1) + index));
    const began = performance.now();
    try {
      const read = await readPackage(file);
      report.accepted += 1;
      const flaw = flawOf(read, file);
      if (flaw) report.failures.push({ index, reason: flaw });
    } catch (error) {
      if (error instanceof Refusal) countRefusal(report, error);
      else report.failures.push({ index, reason: (error as Error).stack ?? String(error) });
    }
    const ms = performance.now() - began;
    if (ms > report.slowest.ms) report.slowest = { index, ms };
  }
  return report;
}

function countRefusal({ refusals }: FuzzReport, { details }: Refusal): void {
  const rule = details.rule === 'limit' ? `limit:${String(details.limit)}` : String(details.rule);
  refusals[rule] = (refusals[rule] ?? 0) + 1;
}

/** What no file that was let through may have, looked at without the reader's own means. */
function flawOf(read: PackageFile, file: Buffer): string | null {
  if (read.sizeBytes !== file.length) return 'another size';
  if (read.sha256 !== sha256(file).toString('hex')) return 'another hash';
  const paths = read.volumes.flatMap(({ name, entries }) => entries.map(({ path }) => `${name} ${path}`));
  if (new Set(paths.map((path) => path.normalize('NFC'))).size < paths.length) return 'a path twice';
  const entries = read.volumes.flatMap((volume) => volume.entries);
  const outside = entries.find(({ path }) => path.split('/').some((part) => ['', '.', '..'].includes(part)));
  if (outside) return `a path that leads elsewhere: ${outside.path}`;
  const sizes = [...read.atoms, ...entries.filter((entry) => entry.kind === 'file')].map(({ sizeBytes }) => sizeBytes);
  const total = sizes.reduce((sum, size) => sum + size, 0);
  if (read.format !== 'tar.gz' && total > file.length) return `more content than file: ${total} bytes`;
  const atoms = new Set(read.atoms.map(({ name }) => name));
  const lost = read.commands.find(({ atom, dependency }) => dependency === null && atom !== null && !atoms.has(atom));
  return lost ? `a command without an atom: ${lost.name}` : null;
}
