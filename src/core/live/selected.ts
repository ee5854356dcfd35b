import type { LiveStream } from './live-events.js';
import type { Recorded } from '../event-store/types.js';

/**
 * What a subscription makes of live events.
 * @param answerTo null when the event is none of the subscriber's
 * @returns a stream like the given one: it hears `return` while it waits, and ends the other when `answerTo` fails
 */
export function selected<Answer>(
  events: LiveStream,
  answerTo: (event: Recorded) => Promise<Answer | null>,
): AsyncIterableIterator<Answer, undefined, undefined> {
  const nextOf = async (): Promise<IteratorResult<Answer, undefined>> => {
    for (;;) {
      const { done, value } = await events.next();
      if (done) return { done, value: undefined };
      const answer = await answerTo(value);
      if (answer !== null) return { done: false, value: answer };
    }
  };
  const stream: AsyncIterableIterator<Answer, undefined, undefined> = {
    next: () =>
      nextOf().catch(async (error: unknown) => {
        await events.return!();
        throw error;
      }),
    return: async () => {
      await events.return!();
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]: () => stream,
  };
  return stream;
}
