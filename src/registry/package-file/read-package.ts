import { memorySource, type ByteSource } from './bytes.js';
import { packageLimits, type PackageLimits } from './limits.js';
import type { PackageFile } from './package-file.js';
import { broken, within } from './package-file.errors.js';
import { readTarball } from './tarball.js';
import { readWebc } from './webc.js';
import { magic } from './webc-index.js';

/**
 * Reads a package file here and now, with the memory and the time that it takes: what comes from outside goes through `readPackageFile`.
 * @returns what is in it, when every rule of `rules.ts` is kept.
 * @throws Refusal that names the broken rule, and where it is broken.
 */
export async function readPackage(
  source: ByteSource | Uint8Array,
  limits: PackageLimits = packageLimits,
): Promise<PackageFile> {
  const bytes = source instanceof Uint8Array ? memorySource(source) : source;
  within(limits, 'fileBytes', bytes.sizeBytes);
  const start = Buffer.from(bytes.read(0, Math.min(8, bytes.sizeBytes)));
  if (start[0] === 0x1f && start[1] === 0x8b) return readTarball(bytes, limits);
  if (start.toString('latin1', 0, magic.length) !== magic) throw broken('format', { offset: 0 });
  return readWebc(bytes, limits);
}
