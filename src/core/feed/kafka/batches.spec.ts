import type { StoredEvent } from '../../event-store/types.js';
import { Batcher } from './batches.js';
import { sizeOf } from './message.js';

const stored = (position: number, partition: number, bytes = 0): StoredEvent => ({
  position,
  partition,
  streamId: `s-${partition}`,
  streamVersion: position,
  type: 'test.thing.happened',
  schemaVersion: 1,
  data: { text: 'x'.repeat(bytes) },
  metadata: { actor: { kind: 'anonymous' }, correlationId: 'c' },
  occurredAt: new Date(0),
});

const incarnation = '0b8f8a5e-7f3c-4f0e-9f55-0d8b2a1c9e11';
const wide = { partitionBytes: 1_000_000, requestBytes: 1_000_000 };
const summary = (batcher: Batcher, events: StoredEvent[]) =>
  [...batcher.batches(events)].map(({ messages, reached }) => ({
    positions: messages.map(({ headers }) => Number(headers!['ce_position'])),
    reached,
  }));

it('names the predecessor of each event in its partition, beginning with the last published ones', () => {
  const batcher = new Batcher(new Map([[1, 40]]), incarnation, wide);
  const predecessors = (events: StoredEvent[]) =>
    [...batcher.batches(events)].flatMap(({ messages }) => messages.map(({ headers }) => headers!['ce_predecessor']));
  expect(predecessors([stored(50, 0), stored(51, 1), stored(52, 0)])).toEqual(['0', '40', '50']);
  expect(predecessors([stored(60, 1), stored(61, 2)])).toEqual(['51', '0']);
});

it('cuts where one partition would have too much, in order of position', () => {
  const events = [stored(1, 0, 400), stored(2, 1, 400), stored(3, 1, 400), stored(4, 0, 400), stored(5, 1, 400)];
  const [{ messages }] = [...new Batcher(new Map(), incarnation, wide).batches(events.slice(0, 1))] as [any];
  const limits = { partitionBytes: 2 * sizeOf(messages[0]) + 100, requestBytes: 1_000_000 };
  expect(summary(new Batcher(new Map(), incarnation, limits), events)).toEqual([
    { positions: [1, 2, 3, 4], reached: 4 },
    { positions: [5], reached: 5 },
  ]);
});

it('cuts where the request would have too much, and lets a larger event stand alone', () => {
  const limits = { partitionBytes: 1_000_000, requestBytes: 3_000 };
  const events = [stored(1, 0, 10), stored(2, 1, 5_000), stored(3, 2, 10), stored(4, 3, 10)];
  expect(summary(new Batcher(new Map(), incarnation, limits), events)).toEqual([
    { positions: [1], reached: 1 },
    { positions: [2], reached: 2 },
    { positions: [3, 4], reached: 4 },
  ]);
  expect(summary(new Batcher(new Map(), incarnation, limits), [])).toEqual([]);
});
