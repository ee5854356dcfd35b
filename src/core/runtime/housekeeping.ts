import type { Logger } from '../observability/logger.js';

const everyMs = 60 * 60 * 1000;

/** Something that forgets what is old. `work` says how much it forgot. */
export type Chore = { what: string; work(): Promise<number> };

/** Hourly work that no request does. One chore that fails leaves the others alone. @returns how to end it. */
export function startHousekeeping(chores: Chore[], log: Logger): () => void {
  const tidy = async ({ what, work }: Chore) => {
    try {
      const forgotten = await work();
      if (forgotten > 0) log.info({ what, count: forgotten }, 'forgot what is old');
    } catch (error) {
      log.warn({ err: error, what }, 'housekeeping will try again');
    }
  };
  const timer = setInterval(() => chores.forEach((chore) => void tidy(chore)), everyMs);
  return () => clearInterval(timer);
}
