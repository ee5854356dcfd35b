import { parentPort, workerData } from 'node:worker_threads';
import { Refusal } from '../../core/errors/refusal.js';
import { fileSource } from './bytes.js';
import { readPackage } from './read-package.js';
import type { WorkerAnswer, WorkerTask } from './worker-protocol.js';

/** The thread of one file: it reads it, answers once, and ends. Built as `dist/package-file-worker.mjs`. */
async function answer({ fd, sizeBytes, limits }: WorkerTask): Promise<WorkerAnswer> {
  try {
    return { file: await readPackage(fileSource(fd, sizeBytes), limits) };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const { code, message, details } = error;
    return { refusal: { code, message, details } };
  }
}

const nothingHandedOver: never[] = [];
parentPort!.postMessage(await answer(workerData as WorkerTask), nothingHandedOver);
