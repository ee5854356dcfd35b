import { counters } from '../../../test/kit/counters.js';
import { createTestStore, event, to, type TestStore } from '../../../test/kit/event-store.js';
import { ensureCheckpoints } from '../projection/checkpoints.js';
import { Reader } from './reader.js';
import { settledPosition } from './settled-position.js';

/** What the runner stores is written by hand here, so that partitions stand where a test wants them. */
let store: TestStore;
beforeEach(async () => void (store = await createTestStore()));
afterEach(() => store.drop());

const { versionedName } = counters;
const settled = () => settledPosition(new Reader(store.pool), counters);
const raised = { ...event({ by: 1, note: null }), type: 'test.counter.raised' };

/** Two streams in different partitions, with an event each; the first one is lower in the log. */
async function twoEvents() {
  const streams = await Promise.all(
    Array.from({ length: 20 }, async (_, n) => {
      const { streams: heads } = await store.append(to(`counter-${n}`, 'any', event()));
      return heads[0]!;
    }),
  );
  const [first] = streams;
  const second = streams.find(({ partition }) => partition !== first!.partition)!;
  const [low, high] = [
    await store.append(to(first!.streamId, 'any', raised)),
    await store.append(to(second.streamId, 'any', raised)),
  ];
  await ensureCheckpoints(store.pool, [{ projection: versionedName, position: 0 }], 64);
  return { first: { ...first!, position: low.position }, second: { ...second, position: high.position } };
}

const passed = ({ partition, position }: { partition: number; position: number }) =>
  store.pool.query('UPDATE store.checkpoints SET position = $3 WHERE projection = $1 AND partition = $2', [
    versionedName,
    partition,
    position,
  ]);

it('is 0 before anything was applied', async () => {
  expect(await settled()).toBe(0);
  await twoEvents();
  expect(await settled()).toBe(0);
});

it('lies before the first event that is missing in any partition, and else where the furthest partition is', async () => {
  const { first, second } = await twoEvents();
  await passed(second);
  expect(await settled()).toBe(first.position - 1);
  await passed(first);
  expect(await settled()).toBe(second.position);
});

it('is not held up by events that the read model does not read', async () => {
  const { first, second } = await twoEvents();
  await passed(first);
  await passed(second);
  await store.append(to(first.streamId, 'any', event()));
  expect(await settled()).toBe(second.position);
});

it('lies before what a parked stream has not applied', async () => {
  const { first, second } = await twoEvents();
  await passed(first);
  await passed(second);
  await store.pool.query(
    `INSERT INTO store.parked_streams (projection, stream_id, partition, position, event_type, error) VALUES ($1, $2, $3, $4, '', '')`,
    [versionedName, first.streamId, first.partition, first.position],
  );
  expect(await settled()).toBe(first.position - 1);
});
