import { constants, fstat } from 'node:fs';
import { open } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { promisify } from 'node:util';
import { Worker } from 'node:worker_threads';
import { Refusal } from '../../core/errors/refusal.js';
import { packageLimits, type PackageLimits } from './limits.js';
import type { PackageFile } from './package-file.js';
import { broken, exceeded, within } from './package-file.errors.js';
import { Places } from './places.js';
import type { WorkerAnswer, WorkerTask } from './worker-protocol.js';

// One processor is left to the server itself.
const places = new Places(Math.max(1, availableParallelism() - 1));

/**
 * Reads a package file in a thread of its own, which has a limit of time and of memory: a file that is made to be hard to read costs
 * nobody else anything. As many are read at once as there are processors but one; others wait for their turn.
 * @param file path, or the number of an open file, which must stay open until this settles. Nobody may write to it meanwhile.
 * @param limits replace those of `packageLimits`.
 * @throws Refusal that names the broken rule, and where it is broken.
 * @throws an error of the file system (`code` is `ENOENT` and the like) when the file cannot be opened.
 */
export async function readPackageFile(
  file: string | number,
  limits: Partial<PackageLimits> = {},
): Promise<PackageFile> {
  const all = { ...packageLimits, ...limits };
  if (typeof file === 'number') return readOpened(file, all, () => undefined);
  // Does not wait for the other end of a FIFO.
  const handle = await open(file, constants.O_RDONLY | constants.O_NONBLOCK);
  return readOpened(handle.fd, all, () => void handle.close());
}

/** @param close is called when nobody reads the file any more: after a time-out that is later than the answer. */
async function readOpened(fd: number, limits: PackageLimits, close: () => void): Promise<PackageFile> {
  let giveBack: () => void;
  let sizeBytes: number;
  try {
    sizeBytes = await checkedSize(fd, limits);
    giveBack = await places.take();
  } catch (error) {
    close();
    throw error;
  }
  const { answer, ended } = readInWorker({ fd, sizeBytes, limits });
  void ended.then(() => {
    giveBack();
    close();
  });
  const given = await answer;
  if ('file' in given) return given.file;
  const { code, message, details } = given.refusal;
  throw new Refusal(code, message, details);
}

async function checkedSize(fd: number, limits: PackageLimits): Promise<number> {
  const stats = await promisify(fstat)(fd);
  if (!stats.isFile()) throw broken('regular-file');
  within(limits, 'fileBytes', stats.size);
  return stats.size;
}

/** `ended` resolves when the thread is gone: one that is inside of the engine at the end of its time goes when it comes out. */
function readInWorker(task: WorkerTask): { answer: Promise<WorkerAnswer>; ended: Promise<void> } {
  const { timeMs, heapMib } = task.limits;
  const worker = new Worker(workerFile(), {
    name: 'package-file',
    workerData: task,
    env: {}, // no settings, hence no secrets, where hostile bytes are read
    execArgv: [],
    resourceLimits: { maxOldGenerationSizeMb: heapMib, maxYoungGenerationSizeMb: 32, stackSizeMb: 4 },
  });
  const ended = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
  const answer = new Promise<WorkerAnswer>((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(exceeded(task.limits, 'timeMs'));
      void worker.terminate();
    }, timeMs);
    worker.once('message', resolve);
    worker.once('error', (error: NodeJS.ErrnoException) => {
      const isMemory = error.code === 'ERR_WORKER_OUT_OF_MEMORY';
      reject(isMemory ? exceeded(task.limits, 'heapMib') : error);
    });
    worker.once('exit', (code) => {
      clearTimeout(timer);
      reject(new Error(`The thread that reads a package file ended with code ${code} and no answer.`));
    });
  });
  return { answer, ended };
}

/** The bundle has it beside itself; what `nest start` compiles has it as a file of its own; tests run from source, with a built one. */
function workerFile(): URL {
  const extension = import.meta.url.slice(import.meta.url.lastIndexOf('.'));
  if (extension === '.mjs') return new URL('./package-file-worker.mjs', import.meta.url);
  if (extension === '.js') return new URL('./worker.js', import.meta.url);
  return new URL('../../../dist/package-file-worker.mjs', import.meta.url);
}
