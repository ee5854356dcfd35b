import type pg from 'pg';
import { deleteOldAttempts } from '../auth/attempts.js';
import { deleteOldCommandKeys } from '../event-store/command-keys.js';
import { forgetOldMails } from '../mail/mails.js';
import type { Logger } from '../observability/logger.js';

const everyMs = 60 * 60 * 1000;

/** Hourly work that no request does. @returns how to end it. */
export function startHousekeeping(pool: pg.Pool, commandKeyDays: number, log: Logger): () => void {
  const work = async () => {
    const forgotten = await deleteOldCommandKeys(pool, commandKeyDays);
    await deleteOldAttempts(pool);
    if (forgotten > 0) log.info({ commandKeys: forgotten }, 'forgot old command keys');
    const mails = await forgetOldMails(pool);
    if (mails > 0) log.info({ mails }, 'forgot old mails');
  };
  const tidy = () => void work().catch((error: unknown) => log.warn({ err: error }, 'housekeeping will try again'));
  const timer = setInterval(tidy, everyMs);
  return () => clearInterval(timer);
}
