import { ConfigError, loadConfig } from './config.js';

function problemsOf(env: NodeJS.ProcessEnv): readonly string[] {
  try {
    loadConfig(env);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

describe('loadConfig', () => {
  it('has a default for everything, and takes an empty value as not given', () => {
    const expected = {
      port: 4000,
      host: '127.0.0.1',
      dataDir: '.waybill',
      publicUrl: 'http://localhost:4000',
      trustProxy: false,
      registration: 'open',
      databaseUrl: undefined,
      keyRing: undefined,
      limitFactor: 1,
      maxUploadBytes: 1024 ** 3,
      commandKeyDays: 30,
      smtp: undefined,
      mailFrom: undefined,
      kafka: undefined,
      logLevel: 'info',
      logFormat: 'auto',
      warnings: [],
    };
    expect(loadConfig({})).toEqual(expected);
    expect(loadConfig({ PORT: '', WAYBILL_REGISTRATION: ' ', DATABASE_URL: '' })).toEqual(expected);
  });

  it('derives the public URL from the port, unless it is given', () => {
    expect(loadConfig({ PORT: '8080' }).publicUrl).toBe('http://localhost:8080');
    expect(loadConfig({ WAYBILL_PUBLIC_URL: 'https://pkg.example.com/' }).publicUrl).toBe('https://pkg.example.com');
  });

  it.each([
    ['false', false],
    ['true', true],
    ['2', 2],
    ['10.0.0.0/8, ::1', ['10.0.0.0/8', '::1']],
  ])('reads WAYBILL_TRUST_PROXY=%s', (text, expected) => {
    expect(loadConfig({ WAYBILL_TRUST_PROXY: text }).trustProxy).toEqual(expected);
  });

  it.each([
    ['smtp://mail', { host: 'mail', port: 587, secure: false, tls: 'optional', login: null }],
    ['smtp://[::1]:25?tls=none', { host: '::1', port: 25, secure: false, tls: 'none', login: null }],
    ['smtp://me%40x:p%3Aw@mail', { tls: 'verified', login: { user: 'me@x', password: 'p:w' } }],
    ['smtp://me:pw@mail?tls=unverified', { tls: 'unverified' }],
    ['smtps://mail', { port: 465, secure: true, tls: 'verified', login: null }],
  ])('reads SMTP_URL=%s', (text, expected) => {
    expect(loadConfig({ SMTP_URL: text }).smtp).toMatchObject(expected);
  });

  it.each([
    ['Packages at Example <packages@example.com>', { name: 'Packages at Example', address: 'packages@example.com' }],
    ['packages@example.com', { name: '', address: 'packages@example.com' }],
    ['<packages@example.com>', { name: '', address: 'packages@example.com' }],
  ])('reads MAIL_FROM=%s', (text, expected) => {
    expect(loadConfig({ MAIL_FROM: text }).mailFrom).toEqual(expected);
  });

  it('reads the settings of Kafka', () => {
    const { kafka, warnings } = loadConfig({
      KAFKA_BROKERS: 'kafka-1:9092, 10.0.0.2:9093',
      KAFKA_TLS: 'on',
      KAFKA_TLS_CA: '/etc/ca.pem',
      KAFKA_SASL: 'scram-sha-512',
      KAFKA_USERNAME: 'waybill',
      KAFKA_PASSWORD: 'hunter2',
      KAFKA_REPLICATION_FACTOR: '3',
    });
    expect(warnings).toEqual([]);
    expect(kafka).toEqual({
      brokers: ['kafka-1:9092', '10.0.0.2:9093'],
      tls: true,
      tlsCa: '/etc/ca.pem',
      sasl: { mechanism: 'scram-sha-512', username: 'waybill', password: 'hunter2' },
      topicPrefix: 'waybill',
      replicationFactor: 3,
      retentionHours: 168,
      maxMessageBytes: 1_048_576,
    });
  });

  it('refuses a login to Kafka without name and password', () => {
    expect(problemsOf({ KAFKA_BROKERS: 'kafka:9092', KAFKA_SASL: 'plain', KAFKA_USERNAME: 'waybill' })).toEqual([
      'KAFKA_PASSWORD: is missing, and KAFKA_SASL=plain needs it.',
    ]);
  });

  it('warns about settings of Kafka that have no effect, or one that was not wanted', () => {
    expect(loadConfig({ KAFKA_TLS_CA: 'ca.pem', KAFKA_USERNAME: 'waybill' }).warnings).toEqual([
      'KAFKA_TLS_CA has no effect without KAFKA_TLS=on.',
      'KAFKA_USERNAME and KAFKA_PASSWORD have no effect without KAFKA_SASL.',
    ]);
    const env = { KAFKA_BROKERS: 'kafka:9092', KAFKA_SASL: 'plain', KAFKA_USERNAME: 'a', KAFKA_PASSWORD: 'b' };
    expect(loadConfig(env).warnings).toEqual([
      'KAFKA_SASL=plain without KAFKA_TLS=on sends the password in clear text.',
    ]);
  });

  it('reports every bad setting at once, one line each, with what is allowed', () => {
    const problems = problemsOf({ PORT: '70000', WAYBILL_REGISTRATION: 'maybe', WAYBILL_LOG_LEVEL: 'loud' });
    expect(problems).toHaveLength(3);
    expect(problems[0]).toBe(
      'PORT: "70000" is not such a number. Allowed: a whole number from 0 to 65535; 0 takes any free port.',
    );
    expect(problems[1]).toContain('WAYBILL_REGISTRATION: "maybe"');
    expect(problems[2]).toContain('trace, debug, info');
  });

  it.each([
    ['PORT', '4e3'],
    ['PORT', '-1'],
    ['HOST', 'a b'],
    ['WAYBILL_PUBLIC_URL', 'example.com'],
    ['WAYBILL_PUBLIC_URL', 'ftp://example.com'],
    ['WAYBILL_PUBLIC_URL', 'https://example.com/graphql'],
    ['WAYBILL_PUBLIC_URL', 'https://example.com?x=1'],
    ['WAYBILL_PUBLIC_URL', 'https://me:pw@example.com'],
    ['WAYBILL_TRUST_PROXY', 'yes'],
    ['WAYBILL_TRUST_PROXY', '10.0.0.0/33'],
    ['DATABASE_URL', 'mysql://localhost/x'],
    ['WAYBILL_LOG_FORMAT', 'xml'],
    ['SMTP_URL', 'mail.example.com:25'],
    ['SMTP_URL', 'https://mail.example.com'],
    ['SMTP_URL', 'smtp://mail.example.com?pool=true'],
    ['SMTP_URL', 'smtp://mail.example.com?tls=maybe'],
    ['SMTP_URL', 'smtps://mail.example.com?tls=none'],
    ['SMTP_URL', 'smtp://100%@mail.example.com'],
    ['MAIL_FROM', 'nobody'],
    ['KAFKA_BROKERS', 'kafka'],
    ['KAFKA_BROKERS', 'kafka:9092,'],
    ['KAFKA_BROKERS', 'kafka:70000'],
    ['KAFKA_BROKERS', '[::1]:9092'],
    ['KAFKA_TLS', 'yes'],
    ['KAFKA_SASL', 'gssapi'],
    ['KAFKA_TOPIC_PREFIX', 'way bill'],
    ['KAFKA_REPLICATION_FACTOR', '0'],
    ['KAFKA_RETENTION_HOURS', '-1'],
    ['KAFKA_MAX_MESSAGE_BYTES', '1000'],
    ['MAIL_FROM', 'Packages packages@example.com'],
    ['MAIL_FROM', 'a@example.com, b@example.com'],
  ])('refuses %s=%s', (name, value) => {
    expect(problemsOf({ [name]: value })).toEqual([expect.stringMatching(new RegExp(`^${name}: .* Allowed: `))]);
  });

  it('never prints a secret value', () => {
    expect(problemsOf({ DATABASE_URL: 'mysql://root:hunter2@db/x' }).join()).not.toContain('hunter2');
    expect(problemsOf({ SMTP_URL: 'http://root:hunter2@mail' }).join()).not.toContain('hunter2');
  });

  it('warns about an unknown setting with the nearest known name', () => {
    const { warnings } = loadConfig({ WAYBILL_REGISTRATIONS: 'closed', WAYBILL_TEST_POSTGRES: 'x', OTHER: '1' });
    expect(warnings).toEqual([
      'WAYBILL_REGISTRATIONS is not a setting of Waybill and has no effect. Did you mean WAYBILL_REGISTRATION?',
    ]);
  });
});
