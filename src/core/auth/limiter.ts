import { refuse } from './auth.errors.js';

export type Limits = {
  /** How many pieces of work run at once. */
  parallel: number;
  /** How many may wait behind them. */
  queue: number;
};

export type Limiter = <T>(work: () => Promise<T>) => Promise<T>;

/**
 * Bounds costly work: some runs, some waits in order of arrival, the rest is refused at once, for a longer queue would
 * only make everybody wait for answers that nobody reads any more.
 * @returns a function that runs `work` in its turn and settles as it does; rejects with Refusal TOO_MANY_REQUESTS
 */
export function limiter({ parallel, queue }: Limits): Limiter {
  const waiting: (() => void)[] = [];
  let running = 0;

  return async (work) => {
    if (running < parallel) running++;
    else if (waiting.length < queue) await new Promise<void>((start) => waiting.push(start));
    else throw refuse('TOO_MANY_REQUESTS');

    try {
      return await work();
    } finally {
      // The place is handed on without becoming free in between, so that nobody new slips in before those who wait.
      const next = waiting.shift();
      if (next) next();
      else running--;
    }
  };
}
