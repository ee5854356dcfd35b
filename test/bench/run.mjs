// `npm run bench [-- <part> …] [--quick] [--json FILE]`: installs and builds what is missing, starts one Postgres with the settings of
// an ordinary installation in a temporary folder, measures everything on it, and removes it again. Absolute figures move with the
// machine; the ratios beside them do not.
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { prepare } from '../../bin/prepare.mjs';
import { root } from '../../bin/paths.mjs';

const parts = {
  append: 'appends per second beside a plain SQL function and beside emmett',
  projection: 'events per second of projections that catch up',
  rebuild: 'events per second of rebuilds over a generated log, beside live catch-up and emmett, and their memory',
  kafka: 'events per second through relay and consumer, and time until visible with Kafka and without',
  visible: 'time of a mutation until it is visible, and SQL statements per operation',
  start: 'process start until the first answer',
  graphql: 'queries over HTTP: rate, latency, and the CPU time of each',
  files: 'uploads and downloads: MB per second, and the most memory of the server',
  registry: 'a large registry: what clients ask of it, publishes at once, and its read models rebuilt',
};

const usage = `npm run bench -- [part …] [options]

Without a part all are measured, one after the other on the same database server.

${Object.entries(parts)
  .map(([name, text]) => `  ${name.padEnd(14)}${text}`)
  .join('\n')}

  --quick       a few seconds for each part: shows that it works, its figures mean little
  --events N    rebuild: size of the generated log (1,000,000), in
  --streams M   streams (a tenth of the events)
  --seed S      the same seed gives the same log (1)
  --packages N  registry: packages of the instance (50,000), with
  --versions M  versions each (3)
  --beside NAME=URL=PID --beside-request FILE
                registry: asks another server in turns with this one; FILE is the JSON body of the request.
                --beside as often as one likes; their Postgres should be WAYBILL_TEST_POSTGRES, so that its CPU time counts for all
  --million     graphql: also a million requests, and the memory of the server before and after; some minutes
  --json FILE   also writes everything as JSON
  --help        this text

WAYBILL_TEST_POSTGRES (an administrator's URL) names another Postgres server to measure on.
`;

// What a failed measure left open must not keep the program from ending.
process.exit(await main());

async function main() {
  const { values, positionals } = parsed();
  if (!values) return 2;
  if (values.help) return say(process.stdout, usage, 0);
  const unknown = positionals.find((name) => !(name in parts));
  if (unknown) return say(process.stderr, `There is no part ${unknown}.\n\n${usage}`, 2);
  const log = logSize(values);
  const registry = registrySize(values);
  const others = besides(values);
  if (!log || !registry || !others) return 2;
  if (!(await prepare())) return 1;
  const wanted =
    positionals.length > 0 ? Object.keys(parts).filter((name) => positionals.includes(name)) : Object.keys(parts);
  const scratch = mkdtempSync(join(tmpdir(), 'waybill-bench-'));
  // Run by root, the server has a user of its own, who must pass through; otherwise its data would go elsewhere.
  chmodSync(scratch, 0o711);
  const undo = [() => rmSync(scratch, { recursive: true, force: true, maxRetries: 3 })];
  const stop = once(async () => {
    for (const step of undo.splice(0).reverse()) await step();
  });
  let interrupted = false;
  for (const signal of ['SIGINT', 'SIGTERM']) {
    process.once(signal, () => {
      interrupted = true;
      // The database goes away under whoever still measures.
      process.on('uncaughtException', () => undefined);
      void stop().finally(() => process.exit(130));
    });
  }
  // Servers of the test kit do not keep a program alive, so something else must while one is waited for.
  const alive = setInterval(() => undefined, 60_000);
  undo.push(() => clearInterval(alive));
  try {
    const missing = wanted.includes('kafka') && (await kafkaMissing());
    if (missing) say(process.stderr, `The part kafka is not measured: ${missing}\n`);
    const possible = wanted.filter((part) => part !== 'kafka' || !missing);
    return await measure(possible, { ...values, log, registry, ...others }, scratch, undo);
  } catch (error) {
    return interrupted ? 130 : say(process.stderr, `${error.stack}\n`, 1);
  } finally {
    await stop();
  }
}

function parsed() {
  const options = {
    quick: { type: 'boolean' },
    million: { type: 'boolean' },
    events: { type: 'string' },
    streams: { type: 'string' },
    seed: { type: 'string' },
    packages: { type: 'string' },
    versions: { type: 'string' },
    beside: { type: 'string', multiple: true },
    'beside-request': { type: 'string' },
    json: { type: 'string' },
    help: { type: 'boolean', short: 'h' },
  };
  try {
    return parseArgs({ options, allowPositionals: true });
  } catch (error) {
    say(process.stderr, `${error.message}\n\n${usage}`);
    return {};
  }
}

/** @returns undefined for what is no size, and says so */
function logSize({ quick, events, streams, seed = '1' }) {
  const size = {
    events: wholeNumber('events', events ?? (quick ? '20000' : '1000000'), 1_000),
    seed: wholeNumber('seed', seed, 0),
  };
  size.streams = wholeNumber('streams', streams ?? String(Math.floor((size.events ?? 0) / 10)), 1);
  return Object.values(size).includes(undefined) ? undefined : size;
}

/** @returns undefined for what is no size, and says so */
function registrySize({ quick, packages, versions = '3', seed = '1' }) {
  const size = {
    packages: wholeNumber('packages', packages ?? (quick ? '500' : '50000'), 100),
    versions: wholeNumber('versions', versions, 1),
    seed: wholeNumber('seed', seed, 0),
  };
  return Object.values(size).includes(undefined) ? undefined : size;
}

function wholeNumber(name, text, least) {
  if (/^\d{1,8}$/.test(text) && Number(text) >= least) return Number(text);
  say(process.stderr, `--${name} must be a whole number from ${least} to 99999999, not ${text}.\n`);
  return undefined;
}

/** @returns undefined for what names no server or no request, and says so */
function besides({ beside: given = [], 'beside-request': file }) {
  const beside = given.map((text) => /^(?<name>[^=]+)=(?<url>https?:.+)=(?<pid>\d+)$/.exec(text)?.groups);
  if (beside.includes(undefined) || given.length > 0 !== (file !== undefined)) {
    say(process.stderr, '--beside is NAME=URL=PID, and --beside-request goes with it.\n');
    return undefined;
  }
  return {
    beside: beside.map(({ name, url, pid }) => ({ name, url, pid: Number(pid) })),
    besideRequest: file && JSON.parse(readFileSync(file, 'utf8')),
  };
}

async function measure(wanted, { quick = false, million = false, json, ...sizes }, scratch, undo) {
  const { log, registry, beside, besideRequest } = sizes;
  const peers = wanted.includes('append') || wanted.includes('rebuild') ? await peersFolder() : undefined;
  const { testPostgres } = await import('../kit/postgres.mjs');
  const { endLeftServers, endLeftPostgres } = await import('../kit/left-servers.mjs');
  const servers = join(scratch, 'servers');
  mkdirSync(servers);
  // No settings of ours: what an installation gets.
  const postgres = await testPostgres(join(scratch, 'postgres'), { max_connections: '300' });
  undo.push(() => endLeftPostgres(scratch));
  undo.push(() => postgres.stop());
  undo.push(() => endLeftServers(servers));
  Object.assign(process.env, {
    WAYBILL_TEST_POSTGRES: postgres.adminUrl,
    WAYBILL_TEST_APP_POSTGRES: postgres.appUrl,
    WAYBILL_TEST_TEMPLATE: postgres.template,
    WAYBILL_TEST_PROGRAM: join(root, 'dist/waybill.mjs'),
    WAYBILL_TEST_SCRATCH: scratch,
    WAYBILL_TEST_SERVERS: servers,
  });
  const brokers = wanted.includes('kafka') ? await startKafka(scratch, undo) : undefined;
  const { bundle } = await import('../../bin/bundle.mjs');
  // Beside the program's bundle, where the schema's files are.
  const programs = { bench: 'main', 'bench-server': 'server', 'bench-rebuild': 'rebuild-process' };
  const entries = Object.entries(programs).map(([name, file]) => [name, `test/bench/${file}.ts`]);
  await bundle(Object.fromEntries(entries), join(root, 'dist'));
  const { runBench } = await import(pathToFileURL(join(root, 'dist/bench.mjs')).href);
  const report = await runBench({
    parts: wanted,
    quick,
    million,
    log,
    registry,
    beside,
    besideRequest,
    templateUrl: postgres.templateUrl,
    peers,
    brokers,
    root,
    scratch,
  });
  process.stdout.write(report.text);
  if (json) writeFileSync(json, `${JSON.stringify(report.data, null, 2)}\n`);
  return 0;
}

/** @returns why there can be no Kafka here; undefined when there can */
async function kafkaMissing() {
  return (await import('../kit/kafka-jars.mjs')).kafkaMissing();
}

/** @returns its address */
async function startKafka(scratch, undo) {
  const { startBroker } = await import('../kit/kafka.mjs');
  const broker = await startBroker({ dir: join(scratch, 'kafka') });
  undo.push(() => broker.stop());
  return broker.brokers;
}

async function peersFolder() {
  const { ensurePeers } = await import('./peers.mjs');
  return ensurePeers();
}

function once(work) {
  let running;
  return () => (running ??= work());
}

function say(stream, text, code) {
  stream.write(text);
  return code;
}
