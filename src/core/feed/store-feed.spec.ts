import { createTestStore, event, to, type TestStore } from '../../../test/kit/event-store.js';
import type { StoredEvent } from '../event-store/types.js';
import { readPage, type PageRequest } from './store-feed.js';

describe('pages of the log', () => {
  let test: TestStore;
  let log: StoredEvent[];

  beforeAll(async () => {
    test = await createTestStore();
    for (let n = 0; n < 40; n++) {
      const type = n % 4 ? 'test.common' : 'test.rare';
      await test.append(to(`s${n % 20}`, 'any', { ...event({ n }), type }));
    }
    log = await readPage(test.pool, { after: 0, upTo: 40, limit: 100 });
  });
  afterAll(() => test.drop());

  const read = (request: Partial<PageRequest>) =>
    readPage(test.pool, { after: 0, upTo: Number.MAX_SAFE_INTEGER, limit: 100, ...request });
  const every = (keep: (one: StoredEvent) => boolean) => log.filter(keep);

  it('come in order of position, whole', () => {
    expect(log.map((one) => one.data.n)).toEqual(Array.from({ length: 40 }, (_, n) => n));
    expect(log.map((one) => one.position)).toEqual(Array.from({ length: 40 }, (_, n) => n + 1));
    expect(log[5]).toEqual({
      position: 6,
      partition: expect.any(Number),
      streamId: 's5',
      streamVersion: 1,
      type: 'test.common',
      schemaVersion: 1,
      data: { n: 5 },
      metadata: { actor: { kind: 'system', name: 'test' }, correlationId: 'test' },
      occurredAt: new Date('2026-11-25T12:34:56.789Z'),
    });
  });

  it('begin after, end with, and hold no more than asked', async () => {
    expect(await read({ after: 10, upTo: 20, limit: 5 })).toEqual(log.slice(10, 15));
    expect(await read({ after: 18, upTo: 20 })).toEqual(log.slice(18, 20));
    expect(await read({ after: 20, upTo: 20 })).toEqual([]);
  });

  it('hold the asked partitions and types', async () => {
    const [one, two] = [log[0]!.partition, log.find((other) => other.partition !== log[0]!.partition)!.partition];
    const rare = (event: StoredEvent) => event.type === 'test.rare';
    expect(await read({ partitions: [one] })).toEqual(every((event) => event.partition === one));
    expect(await read({ partitions: [one, two] })).toEqual(every((event) => [one, two].includes(event.partition)));
    expect(await read({ types: ['test.rare'] })).toEqual(every(rare));
    expect(await read({ partitions: [one], types: ['test.rare'] })).toEqual(
      every((event) => rare(event) && event.partition === one),
    );
    expect(await read({ partitions: [one, two], types: ['test.rare', 'test.common'] })).toEqual(
      every((event) => [one, two].includes(event.partition)),
    );
    expect(await read({ partitions: [] })).toEqual([]);
    expect(await read({ types: [] })).toEqual([]);
  });

  it('of one partition are read by its index', async () => {
    const client = await test.pool.connect();
    try {
      await client.query('SET enable_seqscan = off');
      const { rows } = await client.query(
        `EXPLAIN SELECT data FROM store.events WHERE position > 1 AND position <= 30 AND partition = 3::smallint
         ORDER BY position LIMIT 10`,
      );
      const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
      expect(plan).not.toContain('Sort');
    } finally {
      client.release(true);
    }
  });
});
