import type pg from 'pg';
import { eventually } from '../../../test/kit/eventually.js';
import { appendRequest, createTestStore, event, to, type TestStore } from '../../../test/kit/event-store.js';
import { appendStatement, appendValues } from '../event-store/append-statement.js';
import { Watermark } from './watermark.js';

describe('watermark', () => {
  let test: TestStore;
  let mark: Watermark;
  let open: pg.PoolClient[];

  beforeEach(async () => {
    test = await createTestStore();
    mark = new Watermark(test.pool, 30);
    open = [];
  });
  afterEach(async () => {
    for (const client of open) client.release(true);
    await test.drop();
  });

  /** A transaction that has appended and is not finished. */
  async function unfinished(streamId: string): Promise<pg.PoolClient> {
    const client = await begun();
    await appendIn(client, streamId);
    return client;
  }

  async function begun(): Promise<pg.PoolClient> {
    const client = await test.pool.connect();
    open.push(client);
    await client.query('BEGIN');
    return client;
  }

  function appendIn(client: pg.PoolClient, streamId: string) {
    return client.query({ ...appendStatement, values: appendValues(appendRequest(to(streamId, 'any', event())), 8) });
  }

  const append = async (streamId: string) => (await test.append(to(streamId, 'any', event()))).position;

  it('is 0 on an empty log, also while the very first append is open', async () => {
    expect(await mark.safeHead()).toBe(0);
    const first = await unfinished('first');
    expect(await mark.safeHead()).toBe(0);
    await first.query('COMMIT');
    expect(await mark.safeHead()).toBe(1);
  });

  it('stays below an open append, however many others committed above it', async () => {
    const before = await append('a');
    const slow = await unfinished('slow');
    await append('b');
    const last = await append('c');
    expect(await mark.safeHead()).toBe(before);
    await slow.query('COMMIT');
    expect(await mark.safeHead()).toBe(last);
  });

  it('is held by the first of several appends in one transaction', async () => {
    const before = await append('a');
    const slow = await unfinished('slow');
    await append('b');
    await appendIn(slow, 'slow');
    await append('c');
    expect(await mark.safeHead()).toBe(before);
  });

  it('passes positions that were rolled back', async () => {
    const failed = await unfinished('failed');
    await failed.query('ROLLBACK');
    expect(await mark.safeHead()).toBe(1);
    expect(await append('next')).toBe(2);
    expect(await mark.safeHead()).toBe(2);
  });

  it('is not held by other transactions, be they old and writing, nor by locks of other classes', async () => {
    const other = await begun();
    await other.query(`INSERT INTO store.numbers VALUES ('held', 1)`);
    await other.query('SELECT pg_advisory_xact_lock(1, 0), pg_advisory_xact_lock(0)');
    const last = await append('a');
    expect(await mark.safeHead()).toBe(last);
  });

  it('is not held by the same class in another database', async () => {
    const elsewhere = await createTestStore();
    try {
      const client = await elsewhere.pool.connect();
      await client.query('BEGIN');
      await appendIn(client, 'elsewhere');
      const last = await append('a');
      expect(await mark.safeHead()).toBe(last);
      client.release(true);
    } finally {
      await elsewhere.drop();
    }
  });

  it('never goes back, though a late lease lies below it', async () => {
    const last = await append('a');
    expect(await mark.safeHead()).toBe(last);
    const late = await begun();
    await late.query('SELECT pg_advisory_xact_lock_shared($1, 0)', [0x57424c]);
    expect(await mark.safeHead()).toBe(last);
  });

  it('goes back with the log, as when a backup was restored', async () => {
    for (const streamId of ['a', 'b', 'c']) await append(streamId);
    expect(await mark.safeHead()).toBe(3);
    await test.pool.query(`SELECT setval('store.event_position', 1)`);
    expect(await mark.safeHead()).toBe(1);
  });

  it('is not moved by a lease above the last position, taken while it was being asked', async () => {
    const last = await append('a');
    const ahead = await begun();
    await ahead.query('SELECT pg_advisory_xact_lock_shared($1, $2)', [0x57424c, last + 5]);
    expect(await mark.safeHead()).toBe(last);
  });

  it('works across the end of the 32-bit window of lock keys', async () => {
    await test.pool.query(`SELECT setval('store.event_position', ${2 ** 31 - 1})`);
    const slow = await unfinished('slow');
    const last = await append('b');
    expect(last).toBe(2 ** 31 + 1);
    expect(await mark.safeHead()).toBe(2 ** 31 - 1);
    await slow.query('COMMIT');
    const later = await unfinished('later');
    expect(await mark.safeHead()).toBe(last);
    await later.query('COMMIT');
    expect(await mark.safeHead()).toBe(last + 1);
  });

  it('asks once for many who wait, and after each of them began to', async () => {
    const query = test.pool.query.bind(test.pool) as (...args: unknown[]) => unknown;
    let asked = 0;
    const counted = { query: (...args: unknown[]) => (asked++, query(...args)) };
    const shared = new Watermark(counted as unknown as pg.Pool);
    const early = shared.safeHead();
    const position = await append('a');
    const marks = await Promise.all(Array.from({ length: 50 }, () => shared.safeHead()));
    expect(marks).toEqual(Array(50).fill(position));
    await early;
    expect(asked).toBeLessThanOrEqual(3);
  });

  it('tells who holds it back, and only when it stands still', async () => {
    const slow = await unfinished('slow');
    const { rows } = await slow.query('SELECT pg_backend_pid() AS pid');
    await append('b');
    expect(await mark.stuckFor()).toBeNull();
    const stuck = await eventually(async () => {
      const found = await mark.stuckFor();
      expect(found).not.toBeNull();
      return found!;
    });
    expect(stuck).toEqual({ stuckMs: expect.any(Number), behind: 2, pid: rows[0].pid });
    await slow.query('COMMIT');
    expect(await mark.stuckFor()).toBeNull();
  });

  it('goes on asking after a failure', async () => {
    const query = test.pool.query.bind(test.pool) as (...args: unknown[]) => unknown;
    let broken = true;
    const flaky = {
      query: async (...args: unknown[]) => (broken ? Promise.reject(new Error('down')) : query(...args)),
    };
    const shared = new Watermark(flaky as unknown as pg.Pool);
    const results = await Promise.allSettled([shared.safeHead(), shared.safeHead(), shared.safeHead()]);
    expect(results.every((result) => result.status === 'rejected')).toBe(true);
    broken = false;
    expect(await shared.safeHead()).toBe(0);
  });
});
