import type { RefusalDetails } from '../../core/errors/refusal.js';
import type { PackageLimits } from './limits.js';
import type { PackageFile } from './package-file.js';

/** `fd` is of this process: threads share open files. */
export type WorkerTask = { fd: number; sizeBytes: number; limits: PackageLimits };

/** Classes do not travel between threads, so a refusal is sent in parts. */
export type WorkerAnswer =
  { file: PackageFile } | { refusal: { code: string; message: string; details: RefusalDetails } };
