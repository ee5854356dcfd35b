import type { Kafka, Message, Producer } from 'kafkajs';
import type pg from 'pg';
import { createProducer } from './client.js';
import { topicOf, prepareTopic, type TopicSettings } from './topic.js';
import { assertSameOrigin } from './topic-check.js';

export type PublisherPorts = {
  pool: pg.Pool;
  kafka: Kafka;
  settings: TopicSettings;
  /** P of the store. */
  partitions: number;
  incarnation: string;
};

/** Closing is a courtesy to the broker, and one that hangs is not waited for. */
const CLOSE_MS = 2_000;
const ACKNOWLEDGE_MS = 10_000;

/** A connection to a topic that was made if it was missing, and belongs to this log. */
export class Publisher {
  private constructor(
    private readonly producer: Producer,
    readonly topic: string,
  ) {}

  /**
   * @throws StartupError when the topic has another number of partitions, TopicAhead when it holds events of another log, or whatever
   * keeps Kafka from answering
   */
  static async open({ pool, kafka, settings, partitions, incarnation }: PublisherPorts): Promise<Publisher> {
    const topic = topicOf(settings, incarnation);
    await prepareTopic(kafka, topic, partitions, settings);
    await assertSameOrigin(pool, kafka, topic, incarnation);
    const producer = createProducer(kafka);
    await producer.connect();
    return new Publisher(producer, topic);
  }

  /** Resolves when every replica in step has the messages. After a failure any of them may be there. */
  async send(messages: Message[]): Promise<void> {
    await this.producer.send({ topic: this.topic, messages, acks: -1, timeout: ACKNOWLEDGE_MS });
  }

  async close(): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const patience = new Promise((resolve) => (timer = setTimeout(resolve, CLOSE_MS)));
    await Promise.race([this.producer.disconnect().catch(() => undefined), patience]);
    clearTimeout(timer);
  }
}
