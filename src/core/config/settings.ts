export type Setting = {
  /** What the operator writes when the setting is absent from the environment; empty when there is no default. */
  default: string;
  /** What may be written. Also the second half of the message about a bad value. */
  allowed: string;
  /** One line for `--help` and the README. */
  doc: string;
  /** The value must never be printed. */
  secret?: true;
};

/** Every setting there is, in the order in which the documentation lists them. */
export const settings = {
  PORT: {
    default: '4000',
    allowed: 'a whole number from 0 to 65535; 0 takes any free port',
    doc: 'Port of the HTTP server.',
  },
  HOST: {
    default: '127.0.0.1',
    allowed: 'an IP address or a host name of this machine; 0.0.0.0 listens on every network',
    doc: 'Address that the HTTP server listens on.',
  },
  WAYBILL_DATA_DIR: {
    default: '.waybill',
    allowed: 'a folder; it is made when it is missing',
    doc: 'Folder of the embedded database and of stored files.',
  },
  WAYBILL_PUBLIC_URL: {
    default: 'http://localhost:<port>',
    allowed: 'an http or https URL without path, query or login, for example https://packages.example.com',
    doc: 'URL under which clients reach this server; links in answers and mails start with it.',
  },
  WAYBILL_TRUST_PROXY: {
    default: 'false',
    allowed: 'false, true, a number of proxies, or a comma separated list of IP addresses and ranges (10.0.0.0/8)',
    doc: 'Which reverse proxies may say who the client is (X-Forwarded-* and X-Request-Id).',
  },
  WAYBILL_REGISTRATION: {
    default: 'open',
    allowed: 'open or closed',
    doc: 'Whether anybody may register, or only an operator makes accounts.',
  },
  WAYBILL_LIMIT_FACTOR: {
    default: '1',
    allowed: 'a whole number from 0 to 1000; 0 counts nothing',
    doc: 'Multiplies the limits on tries: logins, registrations, reset links. Behind a proxy set WAYBILL_TRUST_PROXY first.',
  },
  WAYBILL_MAX_UPLOAD_BYTES: {
    default: '1073741824',
    allowed: 'a whole number from 1 to 5368709120, the most that S3 takes as one object',
    doc: 'Largest file that may be uploaded; the unused uploads of one account together may have four times as much.',
  },
  DATABASE_URL: {
    default: '',
    allowed: 'postgres://user:password@host:5432/database',
    doc: 'PostgreSQL 15 to 18 to use in place of the embedded one.',
    secret: true,
  },
  WAYBILL_KEYS: {
    default: '',
    allowed: 'one or more keys as `waybill keys generate` prints them, separated by commas, the newest first',
    doc: 'Key ring that wraps the data keys; without it the ring is kept in the data folder.',
    secret: true,
  },
  WAYBILL_COMMAND_KEY_DAYS: {
    default: '30',
    allowed: 'a whole number from 1 to 3650',
    doc: 'How long a clientMutationId is remembered; a repeat after that is taken for a new request.',
  },
  SMTP_URL: {
    default: '',
    allowed:
      'smtp://user:password@host:587 or smtps://user:password@host:465, with ?tls=verified, unverified, optional or none',
    doc: 'Mail server; without it mails are kept and shown by `waybill mail list`.',
    secret: true,
  },
  MAIL_FROM: {
    default: 'Waybill <no-reply@host of WAYBILL_PUBLIC_URL>',
    allowed: 'an address, or a name with an address: Packages <packages@example.com>',
    doc: 'Sender of the mails.',
  },
  KAFKA_BROKERS: {
    default: '',
    allowed: 'one or more host:port, separated by commas; a host is a name or an IPv4 address',
    doc: 'Kafka to carry events from process to process; without it every process reads the database.',
  },
  KAFKA_TLS: {
    default: 'off',
    allowed: 'off or on',
    doc: 'Whether Kafka is spoken to over TLS.',
  },
  KAFKA_TLS_CA: {
    default: '',
    allowed: 'a file of certificates (PEM)',
    doc: "Authorities that sign the brokers' certificates; without it those that Node trusts.",
  },
  KAFKA_SASL: {
    default: 'none',
    allowed: 'none, plain, scram-sha-256 or scram-sha-512',
    doc: 'How Waybill logs in to Kafka.',
  },
  KAFKA_USERNAME: {
    default: '',
    allowed: 'a name',
    doc: 'Name for KAFKA_SASL.',
  },
  KAFKA_PASSWORD: {
    default: '',
    allowed: 'a password',
    doc: 'Password for KAFKA_SASL.',
    secret: true,
  },
  KAFKA_TOPIC_PREFIX: {
    default: 'waybill',
    allowed: '1 to 100 letters, digits, dots, hyphens and underscores',
    doc: 'Beginning of the names of the topic and of the consumer groups.',
  },
  KAFKA_REPLICATION_FACTOR: {
    default: '1',
    allowed: 'a whole number from 1 to 100',
    doc: 'On how many brokers the topic is kept, when Waybill makes it.',
  },
  KAFKA_RETENTION_HOURS: {
    default: '168',
    allowed: 'a whole number from 1 to 87600',
    doc: 'How long the topic keeps events, when Waybill makes it. Waybill itself needs no more than minutes.',
  },
  KAFKA_MAX_MESSAGE_BYTES: {
    default: '1048576',
    allowed: 'a whole number from 1048576, which the largest event fits in, to 104857600',
    doc: 'Largest message and batch of the topic, when Waybill makes it.',
  },
  S3_BUCKET: {
    default: '',
    allowed: 'the name of a bucket',
    doc: 'Bucket of Amazon S3, or of what speaks its protocol, for files; without it they are kept in the data folder.',
  },
  S3_ENDPOINT: {
    default: '',
    allowed: 'an http or https URL',
    doc: "Address of the service that has the bucket; without it Amazon's.",
  },
  S3_REGION: {
    default: 'us-east-1',
    allowed: 'a region',
    doc: 'Region of the bucket.',
  },
  S3_ACCESS_KEY_ID: {
    default: '',
    allowed: 'the id of a key',
    doc: 'Key for the bucket; without it that which the tools of AWS find (role, profile).',
  },
  S3_SECRET_ACCESS_KEY: {
    default: '',
    allowed: 'the secret of the key',
    doc: 'Secret of S3_ACCESS_KEY_ID.',
    secret: true,
  },
  S3_PREFIX: {
    default: '',
    allowed: 'a path that ends with a slash: waybill/',
    doc: 'Beginning of the keys of all objects.',
  },
  S3_PATH_STYLE: {
    default: 'on with S3_ENDPOINT',
    allowed: 'off or on',
    doc: 'Whether the bucket stands in the path of the address, or in its host.',
  },
  WAYBILL_LOG_LEVEL: {
    default: 'info',
    allowed: 'trace, debug, info, warn, error, fatal or silent',
    doc: 'Least important log line that is written.',
  },
  WAYBILL_LOG_FORMAT: {
    default: 'auto',
    allowed: 'auto, json or pretty',
    doc: 'Form of the log; auto is pretty in a terminal and JSON elsewhere.',
  },
} as const satisfies Record<string, Setting>;

export type SettingName = keyof typeof settings;
