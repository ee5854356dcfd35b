import kafkajs, { type Admin, type Kafka } from 'kafkajs';
import { topicOf } from '../../src/core/feed/kafka/topic.js';
import { eventually } from './eventually.js';
import { readTopic, type TopicMessage } from './kafka-fixture.js';
import type { KafkaSettings } from '../../src/core/config/kafka-settings.js';
import { select } from './select.js';

/** What can happen to the topic of a log, done by a stranger who may do everything. */
export type TopicFaults = {
  /** Sends all that the topic holds once more, as it was and then backwards. @returns how many messages */
  repeat(): Promise<number>;
  deleteTopic(): Promise<void>;
  /** Deletes every message that is in the topic now; the topic stays. */
  deleteMessages(): Promise<void>;
  /** Has all consumer groups of the log begin anew with the oldest message. None of their members may run. */
  rewind(): Promise<void>;
  close(): Promise<void>;
};

/** @param url of the database that holds the log */
export async function openTopicFaults(
  settings: Pick<KafkaSettings, 'brokers' | 'topicPrefix'>,
  url: string,
): Promise<TopicFaults> {
  const [{ incarnation }] = await select(url, 'SELECT store.incarnation() AS incarnation');
  const topic = topicOf(settings, incarnation);
  const kafka = new kafkajs.Kafka({ brokers: settings.brokers, logLevel: kafkajs.logLevel.NOTHING });
  const admin = kafka.admin();
  await admin.connect();
  return {
    repeat: async () => {
      const messages = await allMessages(settings, incarnation, await countOf(admin, topic));
      await send(kafka, topic, messages);
      await send(kafka, topic, messages.toReversed());
      return messages.length;
    },
    deleteTopic: () => admin.deleteTopics({ topics: [topic] }),
    deleteMessages: async () => {
      const partitions = await admin.fetchTopicOffsets(topic);
      await admin.deleteTopicRecords({
        topic,
        partitions: partitions.map(({ partition, high }) => ({ partition, offset: high })),
      });
    },
    rewind: async () => {
      const { groups } = await admin.listGroups();
      const own = groups.filter(({ groupId }) => groupId.startsWith(`${settings.topicPrefix}.${incarnation}.`));
      if (own.length === 0) throw new Error('There is no consumer group of this log.');
      for (const { groupId } of own)
        await eventually(() => admin.resetOffsets({ groupId, topic, earliest: true }), 30_000);
    },
    close: () => admin.disconnect(),
  };
}

async function countOf(admin: Admin, topic: string): Promise<number> {
  const partitions = await admin.fetchTopicOffsets(topic);
  return partitions.reduce((sum, { low, high }) => sum + Number(high) - Number(low), 0);
}

async function allMessages(
  settings: Pick<KafkaSettings, 'brokers' | 'topicPrefix'>,
  incarnation: string,
  count: number,
): Promise<TopicMessage[]> {
  const reading = await readTopic(settings, incarnation);
  try {
    await eventually(() => {
      if (reading.messages.length < count)
        throw new Error(`${reading.messages.length} of ${count} messages were read.`);
    }, 30_000);
    return [...reading.messages];
  } finally {
    await reading.stop();
  }
}

async function send(kafka: Kafka, topic: string, all: TopicMessage[]): Promise<void> {
  const producer = kafka.producer({
    createPartitioner:
      () =>
      ({ message }) =>
        message.partition!,
  });
  await producer.connect();
  for (let from = 0; from < all.length; from += 500) {
    const messages = all
      .slice(from, from + 500)
      .map(({ key, value, headers, partition }) => ({ key, value, headers, partition }));
    await producer.send({ topic, messages });
  }
  await producer.disconnect();
}
