import type { Cluster, Kafka, KafkaMessage } from 'kafkajs';
import type { ConveyedEvent } from '../conveyor.js';
import { decodeMessage } from './message.js';

/** How many messages of others are passed over at the end of a partition in search of one of ours. */
const LOOK_BACK = 10;

/**
 * The last event that the topic holds in each partition that has one. Read with the client's own means for one fetch: a consumer group
 * would take seconds to form.
 * @throws Error when Kafka does not answer
 */
export async function lastEvents(kafka: Kafka, topic: string, incarnation: string): Promise<ConveyedEvent[]> {
  const admin = kafka.admin();
  const { cluster, end } = clusterOf(kafka);
  try {
    await Promise.all([admin.connect(), cluster.connect()]);
    await cluster.addTargetTopic(topic);
    const found: ConveyedEvent[] = [];
    for (const { partition, low, high } of await admin.fetchTopicOffsets(topic)) {
      const earliest = Math.max(Number(low), Number(high) - LOOK_BACK);
      for (let offset = Number(high) - 1; offset >= earliest; offset--) {
        const decoded = decodeMessage(await messageAt(cluster, topic, partition, offset), partition, incarnation);
        if (decoded.kind !== 'event') continue;
        found.push(decoded.event);
        break;
      }
    }
    return found;
  } finally {
    await Promise.all([admin.disconnect(), end()]).catch(() => undefined);
  }
}

async function messageAt(cluster: Cluster, topic: string, partition: number, offset: number): Promise<KafkaMessage> {
  const [nodeId] = Object.keys(cluster.findLeaderForPartitions(topic, [partition]));
  const broker = await cluster.findBroker({ nodeId: nodeId! });
  const { responses } = await broker.fetch({
    maxWaitTime: 1_000,
    minBytes: 1,
    // The whole batch that holds the message comes all the same.
    maxBytes: 1,
    topics: [{ topic, partitions: [{ partition, fetchOffset: String(offset), maxBytes: 1 }] }],
  });
  const messages: KafkaMessage[] = responses[0].partitions[0].messages;
  const message = messages.find((candidate) => candidate.offset === String(offset));
  if (!message) throw new Error(`Kafka has no message ${offset} in partition ${partition} of ${topic}.`);
  return message;
}

/** The client shows its cluster only to who assigns partitions. This consumer never joins a group. */
function clusterOf(kafka: Kafka): { cluster: Cluster; end: () => Promise<void> } {
  let cluster: Cluster | undefined;
  const consumer = kafka.consumer({
    groupId: 'none',
    allowAutoTopicCreation: false,
    partitionAssigners: [
      (config) => {
        cluster = config.cluster;
        return { name: 'none', version: 0, assign: async () => [], protocol: () => never() };
      },
    ],
  });
  return { cluster: cluster!, end: () => consumer.disconnect() };
}

function never(): never {
  throw new Error('This consumer joins no group.');
}
