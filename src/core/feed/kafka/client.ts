import { readFileSync } from 'node:fs';
import type { Kafka, LogEntry, PartitionerArgs, Producer } from 'kafkajs';
import type { KafkaSettings } from '../../config/kafka-settings.js';
import { errorCode, StartupError } from '../../postgres/startup-error.js';
import { mendRequestQueue } from './request-queue.js';

/** Where the client's own lines go. */
export type ClientLog = { debug(fields: object, message: string): void };

/** A broker that is reached at all answers within moments; one that hangs must not hold up a hand-over for long. */
const REQUEST_TIMEOUT_MS = 10_000;
const CONNECTION_TIMEOUT_MS = 3_000;

/**
 * The client of the configured Kafka. Connects to nothing yet.
 * Its lines are written at debug level whatever it calls them, for it calls each try that fails an error and then tries again. What does
 * not mend itself is thrown, and told by whoever used the client.
 * @param retries how often it tries anew what failed, at intervals that grow to half a second, before it gives up; who uses it goes on for
 * as long as it takes
 * @throws StartupError when the file of KAFKA_TLS_CA cannot be read
 */
export async function createKafka(settings: KafkaSettings, log: ClientLog, retries = 3): Promise<Kafka> {
  const ssl = tlsOf(settings);
  // Loaded only when it is used, for it takes its time.
  const { default: kafkajs } = await import('kafkajs');
  const { default: RequestQueue } = await import('kafkajs/src/network/requestQueue/index.js');
  mendRequestQueue(RequestQueue);
  return new kafkajs.Kafka({
    clientId: 'waybill',
    brokers: settings.brokers,
    ssl,
    ...(settings.sasl && { sasl: settings.sasl as { mechanism: 'plain'; username: string; password: string } }),
    connectionTimeout: CONNECTION_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    retry: { initialRetryTime: 50, maxRetryTime: 500, retries },
    logLevel: kafkajs.logLevel.INFO,
    logCreator: () => (entry) => log.debug(fieldsOf(entry), `kafkajs: ${entry.log.message}`),
  });
}

/** A producer for messages that carry their partition. */
export function createProducer(kafka: Kafka): Producer {
  return kafka.producer({
    createPartitioner:
      () =>
      ({ message }: PartitionerArgs) =>
        message.partition!,
    // Else whoever asks for a topic that is missing makes it, with as many partitions as the broker likes.
    allowAutoTopicCreation: false,
    // Order is kept also when a request is repeated.
    maxInFlightRequests: 1,
  });
}

function tlsOf({ tls, tlsCa }: KafkaSettings): boolean | { ca: string } {
  if (!tls || !tlsCa) return tls;
  try {
    return { ca: readFileSync(tlsCa, 'utf8') };
  } catch (error) {
    throw new StartupError(`KAFKA_TLS_CA: ${tlsCa} cannot be read (${errorCode(error)}).`, { cause: error });
  }
}

/** Of what the client adds to a line only names and numbers. */
function fieldsOf({ label, namespace, log }: LogEntry): object {
  const { broker, groupId, topic, partition, error, retryCount } = log as Record<string, unknown>;
  return { label, namespace, broker, groupId, topic, partition, error, retryCount };
}
