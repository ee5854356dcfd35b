// A real Apache Kafka of one node: for tests, for `npm run kafka` and for the bench.
import { execFile, spawn } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import kafkajs from 'kafkajs';
import { findJava, kafkaJars, kafkaMissing } from './kafka-jars.mjs';

// Quick to start rather than quick for long, and small beside everything else that runs.
const javaOptions = [
  '-Xmx384m',
  '-XX:+UseSerialGC',
  '-XX:TieredStopAtLevel=1',
  '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn',
];

const settingsOf = (dir, port, controllerPort) => ({
  'process.roles': 'broker,controller',
  'node.id': '1',
  'controller.quorum.voters': `1@127.0.0.1:${controllerPort}`,
  'controller.listener.names': 'CONTROLLER',
  listeners: `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}`,
  'log.dirs': join(dir, 'data'),
  // As in a careful installation: what the product does not create is not there.
  'auto.create.topics.enable': 'false',
  'offsets.topic.num.partitions': '1',
  'offsets.topic.replication.factor': '1',
  'transaction.state.log.num.partitions': '1',
  'transaction.state.log.replication.factor': '1',
  'transaction.state.log.min.isr': '1',
  'group.initial.rebalance.delay.ms': '0',
  'num.network.threads': '1',
  'num.io.threads': '2',
  'background.threads': '2',
  // How long a killed one is still taken for alive, and its restart for a twin's.
  'broker.session.timeout.ms': '1000',
  'broker.heartbeat.interval.ms': '200',
  // Index files are made in full length for each partition: 10 MB by default.
  'log.index.size.max.bytes': '65536',
});

/**
 * Starts a broker and returns when it answers. Its data, its ports and its log stay in `dir` for as long as the folder is kept.
 * @param {object} options
 * @param {string} options.dir is made; holds `data`, `server.properties` and `log`
 * @param {number} [options.port] free ones are taken for those that are not given
 * @param {number} [options.controllerPort]
 * @param {Record<string, string>} [options.settings] more settings of the broker, or others
 * @param {(pid: number) => () => void} [options.note] told of each process; what it returns is called when that one has ended
 */
export async function startBroker({ dir, port, controllerPort, settings = {}, note = () => () => undefined }) {
  const missing = kafkaMissing();
  if (missing) throw new Error(missing);
  const [free, otherFree] = await freePorts(2);
  const listenPort = port ?? free;
  const brokers = `127.0.0.1:${listenPort}`;
  const jars = await kafkaJars();
  mkdirSync(dir, { recursive: true });
  const config = join(dir, 'server.properties');
  const all = { ...settingsOf(dir, listenPort, controllerPort ?? otherFree), ...settings };
  const lines = Object.entries(all).map(([key, value]) => `${key}=${value}\n`);
  writeFileSync(config, lines.join(''));
  await format(jars, config);

  let running;
  const start = async () => {
    running = launch(jars, config, join(dir, 'log'), note);
    try {
      await Promise.race([answers(brokers), running.endedEarly]);
    } catch (error) {
      await end('SIGKILL');
      throw error;
    }
  };
  const end = async (signal) => {
    running.child.ref();
    running.child.kill(signal);
    // A suspended process hears of no other signal before it goes on.
    running.child.kill('SIGCONT');
    await Promise.race([running.ended, delay(10_000, undefined, { ref: false })]);
    running.child.kill('SIGKILL');
    await running.ended;
  };
  await start();
  return {
    brokers,
    dir,
    get pid() {
      return running.child.pid;
    },
    /** Resolves when the process has ended, by whatever. */
    get ended() {
      return running.ended;
    },
    stop: () => end('SIGTERM'),
    kill: () => end('SIGKILL'),
    suspend: () => void running.child.kill('SIGSTOP'),
    resume: () => void running.child.kill('SIGCONT'),
    /** The same broker again, with its ports and its data; one that runs is stopped first. Returns when it answers. */
    restart: async () => {
      await end('SIGTERM');
      await start();
    },
  };
}

/**
 * Resolves when the broker takes part in its cluster.
 * @param {() => string | undefined} [failure] why it is of no use to wait any longer
 * @throws Error when it does not within `timeoutMs`
 */
export async function answers(brokers, failure = () => undefined, timeoutMs = 60_000) {
  const kafka = new kafkajs.Kafka({
    brokers: brokers.split(','),
    logLevel: kafkajs.logLevel.NOTHING,
    connectionTimeout: 1_000,
    requestTimeout: 2_000,
    retry: { retries: 0 },
  });
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const reason = failure();
    if (reason) throw new Error(reason);
    const admin = kafka.admin();
    try {
      await admin.connect();
      if ((await admin.describeCluster()).brokers.length > 0) return;
      throw new Error('the broker is not ready');
    } catch (error) {
      if (Date.now() > deadline) throw new Error(`No Kafka answers on ${brokers}: ${error.message}`, { cause: error });
      await delay(20);
    } finally {
      await admin.disconnect();
    }
  }
}

/** TCP ports that were free a moment ago, each another. */
export async function freePorts(count) {
  const servers = await Promise.all(
    Array.from(
      { length: count },
      () =>
        new Promise((resolve, reject) => {
          const server = createServer().once('error', reject);
          server.listen(0, '127.0.0.1', () => resolve(server));
        }),
    ),
  );
  const ports = servers.map((server) => server.address().port);
  await Promise.all(servers.map((server) => new Promise((closed) => server.close(closed))));
  return ports;
}

async function format(jars, config) {
  const dataDir = /^log\.dirs=(.*)$/m.exec(readFileSync(config, 'utf8'))[1];
  if (existsSync(join(dataDir, 'meta.properties'))) return;
  // Any 16 bytes in base64url.
  const cluster = 'd2F5YmlsbC13YXliaWxsIQ';
  const args = ['-cp', join(jars, '*'), 'kafka.tools.StorageTool', 'format', '-t', cluster, '-c', config];
  await promisify(execFile)(findJava(), [...javaOptions, ...args]);
}

function launch(jars, config, logFile, note) {
  const log = openSync(logFile, 'a');
  const args = [...javaOptions, '-cp', join(jars, '*'), 'kafka.Kafka', config];
  // A group of its own: Ctrl-C ends it through whoever started it, after those that use it.
  const child = spawn(findJava(), args, { stdio: ['ignore', log, log], detached: true });
  closeSync(log);
  // A test that forgets to stop it must not hang jest.
  child.unref();
  const forget = child.pid ? note(child.pid) : () => undefined;
  const ended = new Promise((resolve) => {
    child.on('error', resolve);
    child.on('exit', resolve);
  }).then(forget);
  const endedEarly = ended.then(() => {
    throw new Error(`Kafka ended at its start: ${readFileSync(logFile, 'utf8').slice(-2_000)}`);
  });
  endedEarly.catch(() => undefined);
  return { child, ended, endedEarly };
}
