import { setTimeout as delay } from 'node:timers/promises';
import { EventStore } from '../../src/core/event-store/event-store.js';
import { createPool } from '../../src/core/event-store/pool.js';
import { createKafka } from '../../src/core/feed/kafka/client.js';
import { createKafkaConveyor } from '../../src/core/feed/kafka/kafka-conveyor.js';
import { createRelay } from '../../src/core/feed/kafka/relay.js';
import { Listener } from '../../src/core/feed/listener.js';
import { WakeUp } from '../../src/core/feed/wake-up.js';
import { Watermark } from '../../src/core/feed/watermark.js';
import { createTestDatabase } from '../kit/database.js';
import { fill } from './fill.js';
import { loadNow, microsOfPostgres } from './machine.js';
import type { BenchOptions } from './options.js';
import { count, type Row } from './report.js';

const log = { debug: () => undefined, info: () => undefined, warn: () => undefined };

/** The way of events through Kafka: how many, and how soon they are visible. */
export async function measureKafka({ quick, brokers }: BenchOptions): Promise<Row[]> {
  return [await conveyed(brokers!, quick ? 2_000 : 50_000)];
}

/** From a log that waits until the last event has come back from Kafka: what relay and consumer can do, whoever appends. */
async function conveyed(brokers: string, events: number): Promise<Row> {
  const database = await createTestDatabase();
  const pool = createPool({ url: database.url, max: 6, role: 'append' });
  const listener = new Listener({ url: database.url });
  await listener.start();
  const wakeUp = new WakeUp(pool, listener);
  const store = await EventStore.open(pool);
  const settings = settingsFor(brokers, database.name);
  const kafka = await createKafka(settings, log);
  const { partitions, incarnation } = store;
  const common = { kafka, settings, partitions, incarnation, log };
  const relayPorts = { ...common, pool, watermark: new Watermark(pool), wakeUp, liveness: () => listener.backend };
  // The first relay of a log begins at its end; the next one goes on from there.
  const first = createRelay(relayPorts);
  first.start();
  await until(() => first.state.phase === 'publishing');
  await first.stop();
  const received = new Set<number>();
  let isAssigned = false;
  const conveyor = createKafkaConveyor({ ...common, names: ['bench'] });
  conveyor.start({
    onAssigned: (own) => void (isAssigned = own?.length === partitions),
    onEvents: async (_, conveyed) => conveyed.forEach(({ position }) => received.add(position)),
  });
  await fill(store, { name: 'scattered', streams: events / 10, eventsPerStream: 10 });
  await until(() => isAssigned);
  const relay = createRelay(relayPorts);
  const postgresMicros = await microsOfPostgres(pool);
  const [startedAt, node, postgres] = [performance.now(), process.cpuUsage(), postgresMicros()];
  relay.start();
  await until(() => received.size === events);
  const seconds = (performance.now() - startedAt) / 1000;
  const { user, system } = process.cpuUsage(node);
  const micros = { node: (user + system) / events, postgres: (postgresMicros() - postgres) / events };
  await relay.stop();
  await conveyor.stop();
  await wakeUp.close();
  await listener.stop();
  await pool.end();
  await database.drop();
  return {
    part: 'kafka',
    point: `relay and consumer, ${count(events)} events`,
    figure: `${count(events / seconds)} events/s`,
    beside: `CPU per event: Node ${count(micros.node)}, Postgres ${count(micros.postgres)} µs`,
    load: loadNow(),
    data: { events, seconds, eventsPerSecond: events / seconds, micros },
  };
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await delay(1);
}

function settingsFor(brokers: string, topicPrefix: string) {
  return {
    brokers: [brokers],
    tls: false,
    tlsCa: undefined,
    sasl: null,
    topicPrefix,
    replicationFactor: 1,
    retentionHours: 1,
    maxMessageBytes: 1_048_576,
  };
}
