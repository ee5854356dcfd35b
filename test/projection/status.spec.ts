import { ensureCheckpoints } from '../../src/core/projection/checkpoints.js';
import { projectionStatus } from '../../src/core/projection/status.js';
import { createTestStore, type TestStore } from '../kit/event-store.js';

let test: TestStore;
const count = 40_000;

beforeAll(async () => {
  test = await createTestStore();
  // With holes, as a log has them.
  await test.pool.query(
    `INSERT INTO store.events SELECT n * 2, n % 8, 's-' || n, 1, 'test.thing.happened', 1, '{}', '{}', now() - interval '1 minute' + n * interval '1 ms'
     FROM generate_series(1, $1::int) n`,
    [count],
  );
  await ensureCheckpoints(test.pool, [{ projection: 'things_v1', position: 0 }], 8);
});
afterAll(() => test.drop());

const standing = async (position: number) => {
  await test.pool.query('UPDATE store.checkpoints SET position = $1', [position]);
  return (await projectionStatus(test.pool, count * 2))[0]!;
};

it('counts a small lag exactly, in all partitions', async () => {
  expect(await standing(count * 2 - 200)).toMatchObject({ lagEvents: 100, seen: count * 2 - 200, partitions: 8 });
  await test.pool.query('UPDATE store.checkpoints SET position = $1 WHERE partition <> 3', [count * 2]);
  expect((await projectionStatus(test.pool, count * 2))[0]).toMatchObject({ lagEvents: 12, position: count * 2 - 200 });
  expect(await standing(count * 2)).toMatchObject({ lagEvents: 0, lagSeconds: 0 });
});

it('estimates a large one by positions, holes included, and knows how old it is', async () => {
  const { lagEvents, lagSeconds } = await standing(0);
  expect(lagEvents).toBe(count * 2);
  expect(lagSeconds).toBeGreaterThan(59);
});
