// `npm run kafka`: a Kafka of one node for development, until Ctrl-C.
import { join } from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { ensureInstalled } from '../../bin/install.mjs';
import { root } from '../../bin/paths.mjs';

const usage = `npm run kafka [-- options]

Starts an Apache Kafka of one node and runs it until Ctrl-C. Needs Java 17 or newer, and Maven the first time, to fetch it.

  --port N     port to listen on (9092)
  --data DIR   folder of its data and its log (.waybill/kafka)
  --help       this text
`;

process.exit(await main());

async function main() {
  const options = parsed();
  if (!options) return 2;
  if (options.help) return say(process.stdout, usage, 0);
  const port = Number(options.port);
  if (!(Number.isInteger(port) && port > 0 && port < 65_536))
    return say(process.stderr, `No port: ${options.port}\n`, 2);
  try {
    await ensureInstalled();
    const { startBroker } = await import('../kit/kafka.mjs');
    process.stderr.write(`Starting Kafka (data in ${options.data}) …\n`);
    // Before the start: whoever is quick with Ctrl-C must not leave a broker behind.
    const interrupted = signal();
    const broker = await startBroker({ dir: options.data, port });
    process.stdout.write(`KAFKA_BROKERS=${broker.brokers}\n`);
    process.stderr.write(`Start Waybill with this in its environment. Ctrl-C ends Kafka; its data stays.\n`);
    const ended = await Promise.race([interrupted.then(() => false), broker.ended.then(() => true)]);
    if (ended) return say(process.stderr, `Kafka ended by itself: see ${join(options.data, 'log')}\n`, 1);
    await broker.stop();
    return 0;
  } catch (error) {
    return say(process.stderr, `${error.message}\n`, 1);
  }
}

function parsed() {
  const options = {
    port: { type: 'string', default: '9092' },
    data: { type: 'string', default: join(root, '.waybill/kafka') },
    help: { type: 'boolean', short: 'h' },
  };
  try {
    return parseArgs({ options }).values;
  } catch (error) {
    return say(process.stderr, `${error.message}\n\n${usage}`, undefined);
  }
}

/** Resolves at the first signal, and keeps the program alive until then. */
function signal() {
  return new Promise((resolve) => {
    setInterval(() => undefined, 60_000);
    for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(name, resolve);
  });
}

function say(stream, text, value) {
  stream.write(text);
  return value;
}
