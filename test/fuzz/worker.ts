import { parentPort, workerData } from 'node:worker_threads';
import { fuzzPackages, type FuzzOptions } from './fuzz-packages.js';

/** The thread that runs the cases, so that `run.mjs` sees when one hangs. It says which case it is at, and at last the report. */
const begun = new Int32Array(workerData.begun as SharedArrayBuffer);
const onCase = (index: number): void => void Atomics.store(begun, 0, index);
const nothingHandedOver: never[] = [];
parentPort!.postMessage(await fuzzPackages({ ...(workerData.options as FuzzOptions), onCase }), nothingHandedOver);
