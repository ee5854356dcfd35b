import { createHash } from 'node:crypto';
import { eventColumns } from '../../src/core/event-store/rows.js';
import { EventStore } from '../../src/core/event-store/event-store.js';
import { verifyLog } from '../../src/core/event-store/verify-log.js';
import { createTestDatabase, type TestDatabase } from '../kit/database.js';
import { generateLog, type LogSize } from './generate.js';
import { streamSizes } from './schedule.js';

const size = { events: 4_000, streams: 500, seed: 7 };

describe('the generated log', () => {
  const databases: TestDatabase[] = [];

  async function generated(given: LogSize): Promise<TestDatabase> {
    const database = await createTestDatabase();
    databases.push(database);
    await generateLog(database.pool, given);
    return database;
  }

  afterEach(async () => {
    for (const database of databases.splice(0)) await database.drop();
  });

  it('is whole, and the store goes on with it', async () => {
    const { pool } = await generated(size);
    expect(await verifyLog(pool)).toEqual({ events: 4_000, streams: 500, claims: 0, findings: [] });

    const store = await EventStore.open(pool);
    const appended = await store.append({
      streams: [{ streamId: 'package-1', expected: 'exists', events: [{ type: 'x', schemaVersion: 1, data: {} }] }],
      metadata: { actor: { kind: 'system', name: 'test' }, correlationId: 'one' },
      occurredAt: new Date(),
    });
    const { rows } = await pool.query(
      `SELECT max(position)::int AS last, count(DISTINCT partition)::int AS partitions FROM store.events`,
    );
    expect(rows[0]).toEqual({ last: appended.position, partitions: store.partitions });
    expect((await verifyLog(pool)).findings).toEqual([]);
  });

  it('is the same for the same seed, and another for another', async () => {
    const hashes = [];
    for (const seed of [7, 7, 8]) {
      const { pool } = await generated({ ...size, seed });
      const { rows } = await pool.query({
        text: `SELECT ${eventColumns} FROM store.events ORDER BY position`,
        rowMode: 'array',
      });
      hashes.push(createHash('sha256').update(JSON.stringify(rows)).digest('hex'));
    }
    expect(hashes[1]).toBe(hashes[0]);
    expect(hashes[2]).not.toBe(hashes[0]);
  });

  it('has events of some hundred bytes, and neighbours of different streams', async () => {
    const { pool } = await generated(size);
    const { rows } = await pool.query(
      `SELECT min(octet_length(data::text)) AS smallest, max(octet_length(data::text)) AS largest,
         count(*) FILTER (WHERE stream_id = before)::int AS beside
       FROM (SELECT data, stream_id, lag(stream_id) OVER (ORDER BY position) AS before FROM store.events) e`,
    );
    expect(rows[0].smallest).toBeGreaterThanOrEqual(150);
    expect(rows[0].largest).toBeLessThanOrEqual(650);
    expect(rows[0].beside).toBeLessThan(200);
  });

  it('is only made in an empty log', async () => {
    const { pool } = await generated(size);
    await expect(generateLog(pool, size)).rejects.toThrow('not empty');
  });
});

describe('the sizes of streams', () => {
  it('are small for most and thousands for some', () => {
    const sizes = streamSizes(1_000_000, 100_000);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(1_000_000);
    expect(sizes[0]).toBeGreaterThan(2_000);
    expect(sizes[50_000]).toBeLessThan(5);
    expect(sizes.at(-1)).toBeGreaterThanOrEqual(1);
  });

  it('need at least one event for each', () => {
    expect(() => streamSizes(9, 10)).toThrow(RangeError);
  });
});
