import type { Admin, Kafka } from 'kafkajs';
import type { KafkaSettings } from '../../config/kafka-settings.js';
import { StartupError } from '../../postgres/startup-error.js';

export type TopicSettings = Pick<
  KafkaSettings,
  'topicPrefix' | 'replicationFactor' | 'retentionHours' | 'maxMessageBytes'
>;

/** The topic of one log. A restored log is another, and gets another topic. */
export function topicOf({ topicPrefix }: Pick<KafkaSettings, 'topicPrefix'>, incarnation: string): string {
  return `${topicPrefix}.events.${incarnation}`;
}

/**
 * Makes the topic when it is missing; one that is there is left as it is, for its settings may have been changed on purpose.
 * @param partitions P of the store
 * @throws StartupError when the topic has another number of partitions: an event lies in the partition that the store gave it
 */
export async function ensureTopic(
  admin: Pick<Admin, 'createTopics' | 'fetchTopicMetadata' | 'listTopics'>,
  topic: string,
  partitions: number,
  settings: TopicSettings,
): Promise<void> {
  if (!(await admin.listTopics()).includes(topic)) await createTopic(admin, topic, partitions, settings);
  const metadata = await admin.fetchTopicMetadata({ topics: [topic] });
  const found = metadata.topics[0]!.partitions.length;
  if (found === partitions) return;
  throw new StartupError(
    `The Kafka topic ${topic} has ${found} partitions, and this log has ${partitions}. Delete the topic, and Waybill makes it anew; ` +
      `nothing is lost by it, for the events are in the database. Or choose another KAFKA_TOPIC_PREFIX.`,
  );
}

/** `ensureTopic` with a connection of its own. @throws StartupError as there, or whatever keeps Kafka from answering */
export async function prepareTopic(
  kafka: Kafka,
  topic: string,
  partitions: number,
  settings: TopicSettings,
): Promise<void> {
  const admin = kafka.admin();
  try {
    await admin.connect();
    await ensureTopic(admin, topic, partitions, settings);
  } finally {
    await admin.disconnect().catch(() => undefined);
  }
}

async function createTopic(
  admin: Pick<Admin, 'createTopics'>,
  topic: string,
  partitions: number,
  { replicationFactor, retentionHours, maxMessageBytes }: TopicSettings,
): Promise<void> {
  // False when another process was quicker.
  await admin.createTopics({
    waitForLeaders: true,
    topics: [
      {
        topic,
        numPartitions: partitions,
        replicationFactor,
        configEntries: [
          { name: 'cleanup.policy', value: 'delete' },
          { name: 'retention.ms', value: String(retentionHours * 3_600_000) },
          { name: 'max.message.bytes', value: String(maxMessageBytes) },
          // The broker's clock alone decides on retention, and no message is refused for the time of its event.
          { name: 'message.timestamp.type', value: 'LogAppendTime' },
        ],
      },
    ],
  });
}
