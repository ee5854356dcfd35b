import kafkajs, { type Kafka, type KafkaMessage } from 'kafkajs';
import type { KafkaSettings } from '../../src/core/config/kafka-settings.js';
import { createPool } from '../../src/core/event-store/pool.js';
import { createKafka } from '../../src/core/feed/kafka/client.js';
import { createRelay, type Relay } from '../../src/core/feed/kafka/relay.js';
import { topicOf } from '../../src/core/feed/kafka/topic.js';
import { Listener } from '../../src/core/feed/listener.js';
import { WakeUp } from '../../src/core/feed/wake-up.js';
import { Watermark } from '../../src/core/feed/watermark.js';
import type { TestStore } from './event-store.js';
import { topicPrefix } from './topic-prefix.js';

const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined };

/** Settings as the environment gives them, with a topic prefix that nobody else uses. */
export function kafkaSettingsFor(brokers: string): KafkaSettings {
  return {
    brokers: [brokers],
    tls: false,
    tlsCa: undefined,
    sasl: null,
    topicPrefix: topicPrefix(),
    replicationFactor: 1,
    retentionHours: 1,
    maxMessageBytes: 1_048_576,
  };
}

export function kafkaClient(settings: KafkaSettings, retries?: number): Promise<Kafka> {
  return createKafka(settings, silent, retries);
}

export type TestRelay = {
  relay: Relay;
  wakeUp: WakeUp;
  /** Ends the listener's connection, by whose end others know that a process was killed. The relay itself goes on. */
  endBackend(): Promise<void>;
  stop(): Promise<void>;
};

/** A relay as in a process of its own: with its own pool, listener and lease. It has begun when this returns, but need not have its turn. */
export async function startRelay(
  { url, store }: TestStore,
  settings: KafkaSettings,
  { incarnation = store.incarnation, kafka }: { incarnation?: string; kafka?: Kafka } = {},
): Promise<TestRelay> {
  const pool = createPool({ url, max: 3, role: 'projection' });
  const listener = new Listener({ url });
  await listener.start();
  const wakeUp = new WakeUp(pool, listener);
  const relay = createRelay({
    pool,
    kafka: kafka ?? (await kafkaClient(settings)),
    settings,
    partitions: store.partitions,
    incarnation,
    watermark: new Watermark(pool),
    wakeUp,
    liveness: () => listener.backend,
    log: silent,
  });
  relay.start();
  const stop = async () => {
    await relay.stop();
    await wakeUp.close();
    await listener.stop();
    await pool.end();
  };
  return { relay, wakeUp, endBackend: () => listener.stop(), stop };
}

/**
 * Fails unless the messages are all events of the log above `after`, ascend in each partition apart from repetitions, and each names the
 * one before it in its partition.
 */
export async function expectWhole(
  messages: TopicMessage[],
  { pool }: Pick<TestStore, 'pool'>,
  after = 0,
): Promise<void> {
  const { rows } = await pool.query(
    `SELECT position::integer, partition::integer,
       coalesce(lag(position) OVER (PARTITION BY partition ORDER BY position), 0)::integer AS predecessor
     FROM store.events ORDER BY partition, position`,
  );
  const seen = new Map<number, number>();
  const firsts = messages.filter(({ partition, headers }) => {
    const position = Number(headers!['ce_position']);
    if (position <= (seen.get(partition) ?? 0)) return false;
    return seen.set(partition, position);
  });
  const found = firsts.map(({ partition, headers }) => ({
    position: Number(headers!['ce_position']),
    partition,
    predecessor: Number(headers!['ce_predecessor']),
  }));
  // The consumer gives no order between partitions.
  found.sort((a, b) => a.partition - b.partition);
  expect(found).toEqual(rows.filter(({ position }) => position > after));
}

export type TopicMessage = KafkaMessage & { partition: number };

/**
 * Reads the topic of a log from its beginning as any program would, until Ctrl-C as it were: `messages` grows until `stop()`.
 */
export async function readTopic(
  settings: Pick<KafkaSettings, 'brokers' | 'topicPrefix'>,
  incarnation: string,
): Promise<{ messages: TopicMessage[]; stop(): Promise<void> }> {
  const kafka = new kafkajs.Kafka({ brokers: settings.brokers, logLevel: kafkajs.logLevel.NOTHING });
  const consumer = kafka.consumer({ groupId: topicPrefix(), maxWaitTimeInMs: 50, allowAutoTopicCreation: false });
  await consumer.connect();
  await consumer.subscribe({ topics: [topicOf(settings, incarnation)], fromBeginning: true });
  const messages: TopicMessage[] = [];
  await consumer.run({
    eachMessage: async ({ message, partition }) => void messages.push({ ...message, partition }),
  });
  return { messages, stop: () => consumer.disconnect() };
}
