import type { S3Settings } from '../blob/s3-settings.js';
import { BadSetting, oneOf } from './parse.js';
import type { ReadSetting } from './kafka-settings.js';
import { settings } from './settings.js';

/**
 * The settings of S3, undefined without S3_BUCKET.
 * @param problem hears of settings that do not fit each other
 * @param warning hears of settings that have no effect
 */
export function s3Settings(
  read: ReadSetting,
  problem: (line: string) => void,
  warning: (line: string) => void,
): S3Settings | undefined {
  const bucket = read<string | undefined>('S3_BUCKET', bucketName, undefined);
  const endpoint = read<string | undefined>('S3_ENDPOINT', endpointUrl, undefined);
  const accessKeyId = read<string | undefined>('S3_ACCESS_KEY_ID', (text) => text, undefined);
  const secretAccessKey = read<string | undefined>('S3_SECRET_ACCESS_KEY', (text) => text, undefined);
  const found = {
    endpoint,
    accessKeyId,
    secretAccessKey,
    region: read('S3_REGION', (text) => text, settings.S3_REGION.default),
    prefix: read('S3_PREFIX', keyPrefix, settings.S3_PREFIX.default),
    pathStyle: read('S3_PATH_STYLE', (text) => oneOf(text, ['off', 'on'] as const), endpoint ? 'on' : 'off') === 'on',
  };
  if (!bucket) {
    if (endpoint || accessKeyId) warning('S3_ENDPOINT and S3_ACCESS_KEY_ID have no effect without S3_BUCKET.');
    return undefined;
  }
  if (Boolean(accessKeyId) !== Boolean(secretAccessKey))
    problem('S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY: one is missing, and each needs the other.');
  return { bucket, ...found };
}

/** @throws BadSetting */
function bucketName(text: string): string {
  if (!/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(text)) throw new BadSetting('is no name of a bucket');
  return text;
}

/** @throws BadSetting */
function endpointUrl(text: string): string {
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol))
    throw new BadSetting('is not an http or https URL');
  return text;
}

/** @throws BadSetting */
function keyPrefix(text: string): string {
  if (!/^[\w.-]+(\/[\w.-]+)*\/$/.test(text) || text.length > 200) throw new BadSetting('is no such prefix');
  return text;
}
