import type { Kafka } from 'kafkajs';
import type { KafkaSettings } from '../../core/config/kafka-settings.js';
import { StartupError } from '../../core/postgres/startup-error.js';
import type { Foundation } from './foundation.js';

/** Kafka as relay and conveyor of one process use it. */
export type KafkaLink = {
  kafka: Kafka;
  settings: KafkaSettings;
  /** Resolves when Kafka has been asked for its topic, or does not answer soon. @throws StartupError when the topic does not fit the log */
  checked(): Promise<void>;
};

/** A broker that answers does so while the rest is being opened. One that does not must not hold up the start. */
const checkMs = 500;

/** @returns null without KAFKA_BROKERS, and in a process that has no use for it: then nothing of Kafka is loaded. */
export async function openKafka({ config, roles, core, log }: Foundation): Promise<KafkaLink | null> {
  const settings = config.kafka;
  if (!settings || !(roles.includes('relay') || roles.includes('projector'))) return null;
  const { createKafka } = await import('../../core/feed/kafka/client.js');
  const { prepareTopic, topicOf } = await import('../../core/feed/kafka/topic.js');
  const kafka = await createKafka(settings, log);
  const { incarnation, partitions } = core.store;
  // Whoever uses the topic asks again, as often as it takes, and says why it cannot be used.
  const preparing = prepareTopic(kafka, topicOf(settings, incarnation), partitions, settings).catch((error: unknown) =>
    error instanceof StartupError ? error : undefined,
  );
  const late = new Promise<void>((resolve) => setTimeout(resolve, checkMs).unref());
  const outcome = Promise.race([preparing, late]);
  return {
    kafka,
    settings,
    checked: async () => {
      const refusal = await outcome;
      if (refusal) throw refusal;
    },
  };
}
