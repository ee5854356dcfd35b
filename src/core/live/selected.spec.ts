import type { Recorded } from '../event-store/types.js';
import type { LiveStream } from './live-events.js';
import { Queue } from './queue.js';
import { selected } from './selected.js';

let queue: Queue<Recorded>;
const source = (): LiveStream => {
  const stream: LiveStream = {
    next: () => queue.next() as Promise<IteratorResult<Recorded, undefined>>,
    return: async () => {
      queue.end();
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]: () => stream,
  };
  return stream;
};
const at = (position: number) => ({ position }) as Recorded;
beforeEach(() => void (queue = new Queue()));

it('answers to some events, and passes over the others', async () => {
  const even = selected(source(), async ({ position }) => (position % 2 === 0 ? `event ${position}` : null));
  for (const position of [1, 2, 3, 4]) queue.push(at(position));
  expect([await even.next(), await even.next()]).toEqual([
    { done: false, value: 'event 2' },
    { done: false, value: 'event 4' },
  ]);
});

it('ends while it waits', async () => {
  const stream = selected(source(), async () => 'something');
  const waiting = stream.next();
  expect(await stream.return!()).toEqual({ done: true, value: undefined });
  expect(await waiting).toEqual({ done: true, value: undefined });
});

it('ends its source when an answer fails', async () => {
  const stream = selected(source(), async () => {
    throw new Error('no answer');
  });
  queue.push(at(1));
  await expect(stream.next()).rejects.toThrow('no answer');
  expect(await queue.next()).toEqual({ done: true, value: undefined });
});
