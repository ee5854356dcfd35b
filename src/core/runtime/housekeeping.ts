import type { Logger } from '../observability/logger.js';

const everyMs = 60 * 60 * 1000;
/** A server that is often started anew tidies up, too; not at once, for the first answers come first. */
const firstMs = 60 * 1000;

/** Something that forgets what is old. `work` says how much it forgot. */
export type Chore = { what: string; work(): Promise<number> };

/** Work that no request does, a minute after the start and then hourly. One chore that fails leaves the others alone. @returns how to end it. */
export function startHousekeeping(chores: Chore[], log: Logger): () => void {
  const tidy = async ({ what, work }: Chore) => {
    try {
      const forgotten = await work();
      if (forgotten > 0) log.info({ what, count: forgotten }, 'forgot what is old');
    } catch (error) {
      log.warn({ err: error, what }, 'housekeeping will try again');
    }
  };
  const round = () => chores.forEach((chore) => void tidy(chore));
  const timers = [setTimeout(round, firstMs), setInterval(round, everyMs)];
  return () => timers.forEach((timer) => clearTimeout(timer));
}
