// `npm test [-- <pattern>]`: one Postgres, one migrated template, one Kafka, then jest. Everything that it makes it removes again.
// `--suite=cli` runs test/cli, which needs a `wasmer`, in place of the tests that need nothing.
import { spawn } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statfsSync,
  writeFileSync,
} from 'node:fs';
import { freemem, tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { prepare } from '../bin/prepare.mjs';
import { root } from '../bin/paths.mjs';

const program = join(root, 'dist/waybill.mjs');

/** The first signal ends the run in good order, the second at once. */
const interruption = { signal: undefined, child: undefined };
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => {
    const how = interruption.signal ? 'SIGKILL' : signal;
    interruption.signal ??= signal;
    if (interruption.child) process.kill(-interruption.child.pid, how);
  });
}

/** A file system in memory, where Linux has one. */
const memory = '/dev/shm';

const suites = { '--suite=cli': '.config/jest-cli.config.mjs' };
const [first, ...rest] = process.argv.slice(2);
const suite = suites[first];

const plainTests = '.config/jest.config.mjs';
process.exitCode = (await prepare()) ? await main(suite ?? plainTests, suite ? rest : process.argv.slice(2)) : 1;

async function main(config, patterns) {
  const scratch = mkdtempSync(join(roomInMemory() ? memory : tmpdir(), 'waybill-test-'));
  const { testPostgres } = await import('./kit/postgres.mjs');
  const { endLeftServers, endLeftPostgres, unmountLeft } = await import('./kit/left-servers.mjs');
  // Run by root, Postgres is another user and must be able to pass.
  chmodSync(scratch, 0o711);
  const servers = join(scratch, 'servers');
  mkdirSync(servers);
  const kafka = await testKafka(scratch, config === plainTests ? patterns : null);
  let postgres;
  try {
    postgres = await testPostgres(join(scratch, 'postgres'));
    await run('migrate', [program, 'migrate'], {
      DATABASE_URL: postgres.templateUrl,
      WAYBILL_DATA_DIR: join(scratch, 'data'),
    });
    const results = join(scratch, 'results.json');
    const code = await run(
      'jest',
      [join(root, 'node_modules/jest/bin/jest.js'), '--config', config, ...patterns],
      {
        NODE_OPTIONS:
          `${process.env.NODE_OPTIONS ?? ''} --experimental-vm-modules --no-warnings=ExperimentalWarning`.trim(),
        WAYBILL_TEST_POSTGRES: postgres.adminUrl,
        WAYBILL_TEST_APP_POSTGRES: postgres.appUrl,
        WAYBILL_TEST_TEMPLATE: postgres.template,
        WAYBILL_TEST_PROGRAM: program,
        WAYBILL_TEST_SCRATCH: scratch,
        WAYBILL_TEST_SERVERS: servers,
        WAYBILL_TEST_RESULTS: results,
        ...kafka.env,
      },
      { mayFail: true },
    );
    const left = await endLeftServers(servers);
    await postgres.stop();
    await kafka.stop();
    if (kafka.missing) process.stderr.write(`Kafka tests did not run: ${kafka.missing}\n`);
    return close(code, results, left + (await endLeftPostgres(scratch)));
  } catch (error) {
    process.stderr.write(`${error.message}\n`);
    return 1;
  } finally {
    await postgres?.stop().catch((error) => process.stderr.write(`The test Postgres did not stop: ${error.message}\n`));
    await endLeftPostgres(scratch);
    await kafka.stop();
    unmountLeft(scratch);
    rmSync(scratch, { recursive: true, force: true, maxRetries: 3 });
  }
}

/**
 * Whether all that the tests write has room in memory: some hundred databases, of which few are there at a time. On a disk most of the
 * time of a clone of the template, or of a cluster, goes into the file system. Programs are copied there, too: it must let them run.
 */
function roomInMemory() {
  if (!existsSync(memory)) return false;
  const { bavail, bsize } = statfsSync(memory);
  if (Math.min(bavail * bsize, process.availableMemory?.() ?? freemem()) < 3 * 1024 ** 3) return false;
  const mounted = readFileSync('/proc/mounts', 'utf8')
    .split('\n')
    .find((line) => line.split(' ')[1] === memory);
  return mounted !== undefined && !mounted.split(' ')[3].split(',').includes('noexec');
}

/**
 * Starts the Kafka that the tests share, if any of them may need it, and does not wait for it: its address is settled before, and a
 * test that needs it waits (test/kit/broker.ts).
 * @returns `env` for the tests; `stop()`; `missing`: why there can be none
 */
async function testKafka(scratch, patterns) {
  const none = { env: {}, stop: async () => undefined };
  if (!patterns || process.env.WAYBILL_TEST_KAFKA || !mayNeedKafka(patterns)) return none;
  const { kafkaMissing } = await import('./kit/kafka-jars.mjs');
  const missing = kafkaMissing();
  if (missing) return { ...none, missing };
  const { freePorts, startBroker } = await import('./kit/kafka.mjs');
  const [port, controllerPort] = await freePorts(2);
  const starting = startBroker({ dir: join(scratch, 'kafka'), port, controllerPort }).catch((error) => {
    process.stderr.write(`${error.message}\n`);
    writeFileSync(join(scratch, 'kafka-failed'), error.message);
  });
  const stop = async () => (await starting)?.stop();
  return { env: { WAYBILL_TEST_KAFKA: `127.0.0.1:${port}` }, stop };
}

/** Whether a file that jest may choose says describeKafka. What is not found out here costs a broker too many, or one for each file. */
function mayNeedKafka(patterns) {
  const words = patterns.filter((pattern) => !pattern.startsWith('-'));
  return ['src', 'projections', 'test']
    .flatMap((folder) => readdirSync(join(root, folder), { recursive: true }).map((path) => join(folder, path)))
    .filter((path) => path.endsWith('.spec.ts') && (words.length === 0 || words.some((word) => path.includes(word))))
    .some((path) => readFileSync(join(root, path), 'utf8').includes('describeKafka('));
}

/** Prints the closing line, alone on a line, and decides the exit code. */
function close(code, results, leftServers) {
  // Without results jest found no test or broke off, and has said why.
  const { passed, failed, skipped } = existsSync(results)
    ? JSON.parse(readFileSync(results, 'utf8'))
    : { passed: 0, failed: 0, skipped: 0 };
  const complaints = [
    leftServers > 0 && `${leftServers} server(s) outlived their tests: a test does not stop what it starts.`,
    interruption.signal && `Interrupted by ${interruption.signal}.`,
    passed + failed === 0 && 'No test ran.',
  ].filter(Boolean);
  for (const complaint of complaints) process.stderr.write(`${complaint}\n`);
  process.stdout.write(`${passed} passed, ${failed} failed, ${skipped} skipped\n`);
  return failed === 0 && complaints.length === 0 ? code : code || 1;
}

/** Runs a Node program in the root folder with our output; resolves to its exit code. */
function run(name, args, env, { mayFail = false } = {}) {
  return new Promise((resolve, reject) => {
    if (interruption.signal) return reject(new Error(`Interrupted by ${interruption.signal}.`));
    // A group of its own, so that Ctrl-C reaches it once, through us.
    const child = spawn(process.execPath, args, {
      cwd: root,
      stdio: ['ignore', 'inherit', 'inherit'],
      env: { ...process.env, ...env },
      detached: true,
    });
    interruption.child = child;
    child.on('error', reject);
    child.on('close', (code, signal) => {
      interruption.child = undefined;
      if (code === 0 || mayFail) resolve(code ?? 1);
      else reject(new Error(`${name} ended with ${signal ?? `code ${code}`}.`));
    });
  });
}
