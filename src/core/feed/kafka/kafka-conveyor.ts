import { createHash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Consumer, EachBatchPayload, Kafka, KafkaMessage } from 'kafkajs';
import type { KafkaSettings } from '../../config/kafka-settings.js';
import type { ConveyedEvent, Conveyor, ConveyorHandlers } from '../conveyor.js';
import { OffsetHints } from './offset-hints.js';
import { decodeMessage } from './message.js';
import { topicOf } from './topic.js';

export type ConveyorLog = {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
};

/**
 * For `createKafka`: about ten seconds, as long as a broker takes to start anew. For so long a consumer keeps its place in the group; a new
 * one must wait until the group has missed the old.
 */
export const conveyorRetries = 20;

export type KafkaConveyorPorts = {
  /** Made with `conveyorRetries`. */
  kafka: Kafka;
  settings: Pick<KafkaSettings, 'topicPrefix'>;
  /** P of the store. */
  partitions: number;
  incarnation: string;
  /** What this process applies events to. Processes that run the same share the partitions; those of another program version do so apart. */
  names: readonly string[];
  log: ConveyorLog;
};

/** A dead member is missed after this time; the lowest that a broker takes as it comes. Its partitions are taken over long before. */
const SESSION_MS = 6_000;
const HEARTBEAT_MS = 500;
const REBALANCE_MS = 10_000;
const LONG_POLL_MS = 50;
const PARTITION_BYTES = 1024 * 1024;
const FETCH_BYTES = 10 * 1024 * 1024;
/** For so long a partition that is not taken over holds up the others of its broker; then it is left out until it is. */
const HOLD_UP_MS = 100;
/** The client fetches all the time. One that has not for so long hangs. */
const SILENT_MS = 20_000;
const STOP_MS = 3_000;
const FIRST_BACKOFF_MS = 100;
const MAX_BACKOFF_MS = 1_000;

/** The consumer group of the processes that run the same projections and reactors on this log. */
export function groupOf({ settings, incarnation, names }: Omit<KafkaConveyorPorts, 'kafka' | 'partitions' | 'log'>) {
  const runs = createHash('sha256')
    .update([...names].sort().join('\n'))
    .digest('hex')
    .slice(0, 12);
  return `${settings.topicPrefix}.${incarnation}.${runs}`;
}

/** The live tail of the log from Kafka, as a member of a consumer group. */
export function createKafkaConveyor(ports: KafkaConveyorPorts): Conveyor {
  return new KafkaConveyor(ports);
}

class KafkaConveyor implements Conveyor {
  private readonly topic: string;
  private readonly groupId: string;
  private readonly stopping = new AbortController();
  private running: Promise<void> = Promise.resolve();
  private backoffMs = FIRST_BACKOFF_MS;
  private trouble: string | null = null;
  private isMember = false;

  constructor(private readonly ports: KafkaConveyorPorts) {
    this.topic = topicOf(ports.settings, ports.incarnation);
    this.groupId = groupOf(ports);
  }

  start(handlers: ConveyorHandlers): void {
    this.running = this.run(handlers);
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  /** One consumer after the other: the client gives up on some failures, and we do not. */
  private async run(handlers: ConveyorHandlers): Promise<void> {
    while (!this.stopping.signal.aborted) {
      const consumer = this.createConsumer();
      const hints = new OffsetHints(consumer, this.topic);
      const ended = endOf(consumer, this.stopping.signal);
      try {
        await Promise.race([ended, this.consume(consumer, hints, handlers).then(() => ended)]);
      } catch (error) {
        this.fail(error as Error);
      }
      if (this.isMember) handlers.onAssigned(null);
      this.isMember = false;
      await atMost(
        STOP_MS,
        hints.stop().then(() => consumer.disconnect()),
      );
      await this.pause();
    }
  }

  private createConsumer(): Consumer {
    return this.ports.kafka.consumer({
      groupId: this.groupId,
      sessionTimeout: SESSION_MS,
      heartbeatInterval: HEARTBEAT_MS,
      rebalanceTimeout: REBALANCE_MS,
      minBytes: 1,
      maxWaitTimeInMs: LONG_POLL_MS,
      maxBytesPerPartition: PARTITION_BYTES,
      maxBytes: FETCH_BYTES,
      // Else whoever asks for a topic that is missing makes it, with as many partitions as the broker likes.
      allowAutoTopicCreation: false,
      retry: { retries: conveyorRetries, restartOnFailure: async () => false },
    });
  }

  private async consume(consumer: Consumer, hints: OffsetHints, handlers: ConveyorHandlers): Promise<void> {
    // Told with the first fetch, for until then the client has not settled where it begins. While the group finds together anew, the old
    // assignment stands: the new one follows in moments.
    let joined: number[] | undefined;
    consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
      joined = payload.memberAssignment[this.topic] ?? [];
    });
    consumer.on(consumer.events.FETCH, () => {
      if (!joined) return;
      this.joined(joined);
      hints.keep(joined);
      handlers.onAssigned(joined);
      joined = undefined;
    });
    await consumer.connect();
    // What is older is read from the store.
    await consumer.subscribe({ topics: [this.topic], fromBeginning: false });
    await consumer.run({
      // The client would commit after each batch, and wait for it.
      autoCommit: false,
      partitionsConsumedConcurrently: this.ports.partitions,
      eachBatch: (payload) => this.handOver(payload, hints, handlers),
    });
    hints.start();
  }

  private async handOver(
    { batch, pause }: EachBatchPayload,
    hints: OffsetHints,
    handlers: ConveyorHandlers,
  ): Promise<void> {
    const { partition } = batch;
    const events = this.eventsOf(batch.messages, partition);
    const next = String(BigInt(batch.lastOffset()) + 1n);
    let isTaken = false;
    const taken = handlers
      .onEvents(partition, events)
      // Not taken over is no worse than never arrived.
      .catch((error: unknown) =>
        this.ports.log.warn({ err: error, partition }, 'events from Kafka were not taken over'),
      )
      .then(() => {
        isTaken = true;
        hints.taken(partition, next);
      });
    await atMost(HOLD_UP_MS, taken);
    if (isTaken) return;
    const resume = pause();
    void taken.then(resume);
  }

  private eventsOf(messages: readonly KafkaMessage[], partition: number): ConveyedEvent[] {
    const events: ConveyedEvent[] = [];
    for (const message of messages) {
      const decoded = decodeMessage(message, partition, this.ports.incarnation);
      if (decoded.kind === 'event') events.push(decoded.event);
      else
        this.ports.log.warn({ partition, offset: message.offset, ...decoded }, 'a message in Kafka is not of this log');
    }
    return events;
  }

  private joined(partitions: readonly number[]): void {
    this.ports.log.info({ topic: this.topic, group: this.groupId, partitions }, 'receiving events from Kafka');
    this.isMember = true;
    this.trouble = null;
    this.backoffMs = FIRST_BACKOFF_MS;
  }

  private fail(error: Error): void {
    if (error.message !== this.trouble)
      this.ports.log.warn(
        { err: error },
        'events are not received from Kafka: trying again; until then they are read from the database',
      );
    this.trouble = error.message;
  }

  private async pause(): Promise<void> {
    const { signal } = this.stopping;
    // An end meanwhile ends the pause, and is no failure.
    await delay(this.backoffMs, undefined, { signal }).catch(() => undefined);
    this.backoffMs = Math.min(this.backoffMs * 2, MAX_BACKOFF_MS);
  }
}

/** Resolves when it shall end; rejects when the client gives up on the consumer, or the consumer has fallen silent. */
function endOf(consumer: Consumer, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => resolve();
    signal.addEventListener('abort', stop, { once: true });
    const silence = setTimeout(() => reject(new Error('The Kafka client does not fetch any more.')), SILENT_MS).unref();
    consumer.on(consumer.events.FETCH, () => void silence.refresh());
    consumer.on(consumer.events.CRASH, ({ payload }) => reject(payload.error));
    consumer.on(consumer.events.DISCONNECT, () => {
      clearTimeout(silence);
      signal.removeEventListener('abort', stop);
    });
  });
}

/** Resolves when the work is done, failed, or has taken too long. */
async function atMost(ms: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const patience = new Promise((resolve) => (timer = setTimeout(resolve, ms)));
  await Promise.race([work.catch(() => undefined), patience]);
  clearTimeout(timer);
}
