// `npm run soak -- --minutes N --seed S [--no-kafka]`: faults at random under load, judged again and again. See test/README.md.
import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { prepare } from '../../bin/prepare.mjs';
import { root } from '../../bin/paths.mjs';
import { kafkaMissing } from '../kit/kafka-jars.mjs';
import { endLeftPostgres, endLeftServers, unmountLeft } from '../kit/left-servers.mjs';

const usage = `npm run soak -- [options]

Starts a service of several processes with a Postgres and a Kafka of its own, and breaks it at random under load: processes are killed and
frozen, databases and brokers stopped, messages lost and repeated, read models rebuilt, backups restored. After each round, when all is
quiet, the log is compared with what was answered and the read models with the log. Ends with code 1 at the first difference.

  --minutes N   for how long; the round under way is finished (default 5)
  --seed S      a whole number; the same seed chooses the same faults (default: another one each time)
  --no-kafka    the store alone carries the events
  --help        this text
`;

process.exit(await main());

async function main() {
  const options = parsed();
  if (typeof options === 'string') return say(process.stderr, `${options}\n\n${usage}`, 2);
  if (options.help) return say(process.stdout, usage, 0);
  const missing = options.kafka ? kafkaMissing() : undefined;
  if (missing) return say(process.stderr, `${missing} Or leave Kafka out: --no-kafka.\n`, 2);
  if (!(await prepare())) return 1;
  const scratch = mkdtempSync(join(tmpdir(), 'waybill-soak-'));
  // Run by root, Postgres is another user and must be able to pass.
  chmodSync(scratch, 0o711);
  const undo = [];
  const end = once(() => endAll(undo, scratch));
  for (const signal of ['SIGINT', 'SIGTERM']) {
    process.once(signal, () => {
      process.stderr.write('Interrupted: ending what was started.\n');
      // Everything goes away under the round that still runs.
      process.on('uncaughtException', () => undefined);
      process.on('unhandledRejection', () => undefined);
      void end().finally(() => process.exit(130));
    });
  }
  // Programs of the test kit do not keep this one alive, so something else must while one is waited for.
  const alive = setInterval(() => undefined, 60_000);
  try {
    return await soak({ ...options, scratch, undo });
  } catch (error) {
    return say(process.stderr, `${error.stack}\n`, 1);
  } finally {
    await end();
    clearInterval(alive);
  }
}

async function soak({ minutes, seed, kafka, scratch, undo }) {
  const servers = join(scratch, 'servers');
  mkdirSync(servers);
  Object.assign(process.env, {
    WAYBILL_TEST_PROGRAM: join(root, 'dist/waybill.mjs'),
    WAYBILL_TEST_SCRATCH: scratch,
    WAYBILL_TEST_SERVERS: servers,
  });
  const { bundle } = await import('../../bin/bundle.mjs');
  await bundle({ soak: 'test/soak/main.ts' }, join(root, 'dist'));
  const { soak: run } = await import(pathToFileURL(join(root, 'dist/soak.mjs')).href);
  const line = (text) => say(process.stdout, `${new Date().toISOString().slice(11, 19)} ${text}\n`);
  line(`seed ${seed}, ${minutes} minutes, ${kafka ? 'with' : 'without'} Kafka`);
  const differences = await run({ minutes, seed, kafka, scratch, say: line, undo });
  for (const difference of differences) line(difference);
  line(differences.length === 0 ? 'no difference' : `${differences.length} differences`);
  return differences.length === 0 ? 0 : 1;
}

/** Each step in the opposite order of the start; one that fails does not keep the others from being done. */
async function endAll(undo, scratch) {
  for (const step of undo.splice(0).reverse())
    await Promise.resolve()
      .then(step)
      .catch((error) => process.stderr.write(`Could not end in order: ${error.message}\n`));
  if (process.env.WAYBILL_TEST_SERVERS) await endLeftServers(process.env.WAYBILL_TEST_SERVERS);
  await endLeftPostgres(scratch);
  unmountLeft(scratch);
  rmSync(scratch, { recursive: true, force: true, maxRetries: 3 });
}

/** @returns the options, or what is wrong with them. */
function parsed() {
  const options = {
    minutes: { type: 'string', default: '5' },
    seed: { type: 'string', default: String(Math.floor(Math.random() * 1e9)) },
    'no-kafka': { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h' },
  };
  try {
    const { values } = parseArgs({ options });
    const [minutes, seed] = [Number(values.minutes), Number(values.seed)];
    if (!(minutes > 0)) return '--minutes takes a number above 0.';
    if (!Number.isSafeInteger(seed) || seed < 0) return '--seed takes a whole number.';
    return { minutes, seed, kafka: !values['no-kafka'], help: values.help };
  } catch (error) {
    return error.message;
  }
}

function once(work) {
  let running;
  return () => (running ??= work());
}

function say(stream, text, code) {
  stream.write(text);
  return code;
}
