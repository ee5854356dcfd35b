import { randomBytes } from 'node:crypto';

/** A topic prefix that nobody else uses. */
export function topicPrefix(): string {
  return `test-${randomBytes(6).toString('hex')}`;
}
