import type { S3Settings } from '../blob/s3-settings.js';
import { kafkaSettings, type KafkaSettings } from './kafka-settings.js';
import { BadSetting, oneOf, origin, postgresUrl, trustedProxies, wholeNumber } from './parse.js';
import { mailSender, smtpUrl, type MailSender, type SmtpServer } from './parse-mail.js';
import { s3Settings } from './s3-settings.js';
import { settings, type Setting, type SettingName } from './settings.js';

export type Config = {
  port: number;
  host: string;
  dataDir: string;
  /** Scheme, host and port, without a slash at the end. */
  publicUrl: string;
  trustProxy: boolean | number | string[];
  registration: 'open' | 'closed';
  /** Multiplies the limits on tries; 0 counts nothing. */
  limitFactor: number;
  /** The most that one uploaded file may have. */
  maxUploadBytes: number;
  /** Undefined: the embedded database. */
  databaseUrl: string | undefined;
  /** Text of a key ring. Undefined: the ring in the data folder. */
  keyRing: string | undefined;
  /** How long command keys are kept. */
  commandKeyDays: number;
  /** Undefined: mails are kept and shown by `waybill mail`. */
  smtp: SmtpServer | undefined;
  /** Undefined: no-reply at the host of the public URL. */
  mailFrom: MailSender | undefined;
  /** Undefined: every process reads the database. */
  kafka: KafkaSettings | undefined;
  /** Undefined: the folder `blobs` of the data folder. */
  s3: S3Settings | undefined;
  logLevel: (typeof logLevels)[number];
  logFormat: 'auto' | 'json' | 'pretty';
  /** Lines for the operator about settings that have no effect. */
  warnings: string[];
};

/** Injection token of the Config. */
export const CONFIG = Symbol('waybill config');

/** All that is wrong with the environment, one line per setting. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  constructor(readonly problems: readonly string[]) {
    super(problems.join('\n'));
  }
}

const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;

/**
 * Reads and checks every setting at once. An empty value counts as not given.
 * @param env what to read instead of the environment of the process, for tests; nothing else in Waybill reads that.
 * @throws ConfigError with one line for each bad setting; no line holds a secret value.
 */
export function loadConfig(env: NodeJS.ProcessEnv = process.env): Config {
  const problems: string[] = [];
  const read = <T>(name: SettingName, parse: (text: string) => T, fallback: T): T => {
    const text = env[name]?.trim();
    if (!text) return fallback;
    try {
      return parse(text);
    } catch (error) {
      if (!(error instanceof BadSetting)) throw error;
      problems.push(problemLine(name, text, error.message));
      return fallback;
    }
  };
  const warnings = unknownSettings(env);
  const addProblem = (line: string) => void problems.push(line);
  const addWarning = (line: string) => void warnings.push(line);
  const port = read('PORT', (text) => wholeNumber(text, 0, 65535), 4000);
  const config: Config = {
    port,
    host: read('HOST', hostName, settings.HOST.default),
    dataDir: read('WAYBILL_DATA_DIR', (text) => text, settings.WAYBILL_DATA_DIR.default),
    publicUrl: read('WAYBILL_PUBLIC_URL', origin, `http://localhost:${port}`),
    trustProxy: read('WAYBILL_TRUST_PROXY', trustedProxies, false),
    registration: read('WAYBILL_REGISTRATION', (text) => oneOf(text, ['open', 'closed'] as const), 'open'),
    limitFactor: read('WAYBILL_LIMIT_FACTOR', (text) => wholeNumber(text, 0, 1000), 1),
    maxUploadBytes: read('WAYBILL_MAX_UPLOAD_BYTES', (text) => wholeNumber(text, 1, 5 * 1024 ** 3), 1024 ** 3),
    databaseUrl: read<string | undefined>('DATABASE_URL', postgresUrl, undefined),
    keyRing: read<string | undefined>('WAYBILL_KEYS', (text) => text, undefined),
    commandKeyDays: read('WAYBILL_COMMAND_KEY_DAYS', (text) => wholeNumber(text, 1, 3650), 30),
    smtp: read<SmtpServer | undefined>('SMTP_URL', smtpUrl, undefined),
    mailFrom: read<MailSender | undefined>('MAIL_FROM', mailSender, undefined),
    kafka: kafkaSettings(read, addProblem, addWarning),
    s3: s3Settings(read, addProblem, addWarning),
    logLevel: read('WAYBILL_LOG_LEVEL', (text) => oneOf(text, logLevels), 'info'),
    logFormat: read('WAYBILL_LOG_FORMAT', (text) => oneOf(text, ['auto', 'json', 'pretty'] as const), 'auto'),
    warnings,
  };
  if (problems.length > 0) throw new ConfigError(problems);
  return config;
}

function hostName(text: string): string {
  if (!/^[\w.:%-]+$/.test(text)) throw new BadSetting('is not an address or host name');
  return text;
}

function problemLine(name: SettingName, text: string, what: string): string {
  const setting: Setting = settings[name];
  const value = setting.secret ? 'its value' : JSON.stringify(text);
  return `${name}: ${value} ${what}. Allowed: ${setting.allowed}.`;
}

/** A misspelt name would be ignored without a word. WAYBILL_TEST_ belongs to the test kit; KAFKA_ may be others', too. */
function unknownSettings(env: NodeJS.ProcessEnv): string[] {
  return Object.keys(env)
    .filter((name) => name.startsWith('WAYBILL_') && !name.startsWith('WAYBILL_TEST_') && !(name in settings))
    .map((name) => `${name} is not a setting of Waybill and has no effect. Did you mean ${nearest(name)}?`);
}

function nearest(name: string): string {
  const known = Object.keys(settings);
  return known.reduce((best, next) => (distance(name, next) < distance(name, best) ? next : best));
}

/** Levenshtein distance. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replace = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replace, row[j]! + 1, next[j - 1]! + 1));
    }
    row = next;
  }
  return row[b.length]!;
}
