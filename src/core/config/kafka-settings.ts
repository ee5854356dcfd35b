import { BadSetting, oneOf, wholeNumber } from './parse.js';
import { settings, type SettingName } from './settings.js';

const saslMechanisms = ['plain', 'scram-sha-256', 'scram-sha-512'] as const;

/** How Waybill reaches Kafka, and the topic that it keeps there. */
export type KafkaSettings = {
  /** Addresses to begin with, each `host:port`; the others of the cluster are learnt from them. */
  brokers: string[];
  tls: boolean;
  /** File with the certificates (PEM) of the authorities that sign the brokers'. Undefined: those that Node trusts. */
  tlsCa: string | undefined;
  sasl: { mechanism: (typeof saslMechanisms)[number]; username: string; password: string } | null;
  topicPrefix: string;
  replicationFactor: number;
  retentionHours: number;
  /** Also the most that one batch of a partition may have. */
  maxMessageBytes: number;
};

/** Reads one setting; a bad value is noted and the fallback returned. */
export type ReadSetting = <T>(name: SettingName, parse: (text: string) => T, fallback: T) => T;

/**
 * The settings of Kafka, undefined without KAFKA_BROKERS.
 * @param problem hears of settings that do not fit each other
 * @param warning hears of settings that have no effect, or one that was not wanted
 */
export function kafkaSettings(
  read: ReadSetting,
  problem: (line: string) => void,
  warning: (line: string) => void,
): KafkaSettings | undefined {
  const brokers = read<string[] | undefined>('KAFKA_BROKERS', brokerList, undefined);
  const tls = read('KAFKA_TLS', (text) => oneOf(text, ['off', 'on'] as const), 'off') === 'on';
  const tlsCa = read<string | undefined>('KAFKA_TLS_CA', (text) => text, undefined);
  if (tlsCa && !tls) warning('KAFKA_TLS_CA has no effect without KAFKA_TLS=on.');
  const found: Omit<KafkaSettings, 'brokers'> = {
    tls,
    tlsCa,
    sasl: saslOf(read, problem, warning),
    topicPrefix: read('KAFKA_TOPIC_PREFIX', topicPrefix, settings.KAFKA_TOPIC_PREFIX.default),
    replicationFactor: read('KAFKA_REPLICATION_FACTOR', (text) => wholeNumber(text, 1, 100), 1),
    retentionHours: read('KAFKA_RETENTION_HOURS', (text) => wholeNumber(text, 1, 87_600), 168),
    maxMessageBytes: read('KAFKA_MAX_MESSAGE_BYTES', (text) => wholeNumber(text, 1_048_576, 104_857_600), 1_048_576),
  };
  if (!brokers) return undefined;
  if (found.sasl?.mechanism === 'plain' && !tls)
    warning('KAFKA_SASL=plain without KAFKA_TLS=on sends the password in clear text.');
  return { brokers, ...found };
}

function saslOf(
  read: ReadSetting,
  problem: (line: string) => void,
  warning: (line: string) => void,
): KafkaSettings['sasl'] {
  const mechanism = read('KAFKA_SASL', (text) => oneOf(text, ['none', ...saslMechanisms] as const), 'none');
  const username = read('KAFKA_USERNAME', (text) => text, '');
  const password = read('KAFKA_PASSWORD', (text) => text, '');
  if (mechanism !== 'none') {
    for (const [name, value] of Object.entries({ KAFKA_USERNAME: username, KAFKA_PASSWORD: password }))
      if (!value) problem(`${name}: is missing, and KAFKA_SASL=${mechanism} needs it.`);
    return { mechanism, username, password };
  }
  if (username || password) warning('KAFKA_USERNAME and KAFKA_PASSWORD have no effect without KAFKA_SASL.');
  return null;
}

/** @throws BadSetting. No IPv6: the client takes what stands before the first colon for the host. */
function brokerList(text: string): string[] {
  return text.split(',').map((part) => {
    const broker = part.trim();
    const [, port] = /^[\w.-]+:(\d+)$/.exec(broker) ?? [];
    if (!port) throw new BadSetting(`names "${broker}", which is no host:port`);
    wholeNumber(port, 1, 65_535);
    return broker;
  });
}

/** @throws BadSetting */
function topicPrefix(text: string): string {
  if (!/^[\w.-]{1,100}$/.test(text)) throw new BadSetting('is no such prefix');
  return text;
}
