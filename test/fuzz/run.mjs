// `npm run fuzz -- [--cases N] [--seed S] [--first N]`: reads spoilt package files and prints what came of it. Exits with 1 when one made the
// reader fail in another way than by a refusal, when one takes longer than ten seconds, or when the memory grows from case to case.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { bundle } from '../../bin/bundle.mjs';
import { root } from '../../bin/paths.mjs';

const hangMs = 10_000;
const mayGrowMib = 150;
const mib = 1024 * 1024;

const number = { type: 'string' };
const { values } = parseArgs({ options: { cases: number, seed: number, first: number } });
const options = {
  cases: whole('cases', 100_000),
  seed: whole('seed', 1),
  first: whole('first', 0),
  folder: join(root, 'test/package-files'),
};
const scratch = mkdtempSync(join(tmpdir(), 'waybill-fuzz-'));
let code = 1;
try {
  await bundle({ fuzz: 'test/fuzz/worker.ts' }, scratch);
  code = print(await fuzz());
} finally {
  rmSync(scratch, { recursive: true, force: true });
  process.exit(code); // a thread that hangs does not end by itself
}

function whole(name, standard) {
  const value = Number(values[name] ?? standard);
  if (Number.isSafeInteger(value) && value >= 0) return value;
  process.stderr.write(`--${name} takes a whole number.\n`);
  process.exit(2);
}

/** @returns the report of the worker, with what was seen from outside of it. */
async function fuzz() {
  const began = Date.now();
  const begun = new SharedArrayBuffer(4);
  const at = new Int32Array(begun);
  const worker = new Worker(pathToFileURL(join(scratch, 'fuzz.mjs')), { workerData: { options, begun } });
  const memory = { peak: 0, early: undefined };
  let seen = { index: -1, since: Date.now() };
  return new Promise((resolve, reject) => {
    const end = (report) => {
      clearInterval(timer);
      resolve({
        ...report,
        seconds: (Date.now() - began) / 1000,
        memory: { ...memory, late: process.memoryUsage().rss },
      });
    };
    const timer = setInterval(() => {
      const index = Atomics.load(at, 0);
      if (index !== seen.index) seen = { index, since: Date.now() };
      else if (Date.now() - seen.since > hangMs)
        end({ failures: [{ index, reason: `It took more than ${hangMs} ms.` }] });
      memory.peak = Math.max(memory.peak, process.memoryUsage().rss);
      // By then caches are full and code is compiled: from there on nothing should stay.
      if (index - options.first > options.cases / 4) memory.early ??= process.memoryUsage().rss;
    }, 50);
    worker.once('message', end);
    worker.once('error', (error) => {
      clearInterval(timer);
      reject(error);
    });
  });
}

function print({ accepted = 0, refusals = {}, slowest, failures, seconds, memory }) {
  const refused = Object.entries(refusals).sort(([, a], [, b]) => b - a);
  const total = refused.reduce((sum, [, count]) => sum + count, 0);
  const grown = (memory.late - (memory.early ?? memory.late)) / mib;
  say(`seed ${options.seed}, cases ${options.first} to ${options.first + options.cases - 1}, ${seconds.toFixed(1)} s`);
  say(`read ${accepted}, refused ${total}:`);
  for (const [rule, count] of refused) say(`  ${String(count).padStart(7)}  ${rule}`);
  if (slowest) say(`slowest: case ${slowest.index}, ${slowest.ms.toFixed(1)} ms`);
  say(`peak RSS ${(memory.peak / mib).toFixed(0)} MiB, growth over the last three quarters ${grown.toFixed(0)} MiB`);
  for (const { index, reason } of failures)
    say(`FAILED: case ${index} (--seed ${options.seed} --first ${index} --cases 1): ${reason}`);
  if (grown > mayGrowMib) say(`FAILED: the memory grew by more than ${mayGrowMib} MiB.`);
  return failures.length > 0 || grown > mayGrowMib ? 1 : 0;
}

function say(line) {
  process.stdout.write(`${line}\n`);
}
