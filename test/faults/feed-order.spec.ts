import { readPage } from '../../src/core/feed/store-feed.js';
import { Watermark } from '../../src/core/feed/watermark.js';
import { createPool } from '../../src/core/event-store/pool.js';
import type { StoredEvent } from '../../src/core/event-store/types.js';
import { createTestStore, event, to, type TestStore } from '../kit/event-store.js';
import { eventually } from '../kit/eventually.js';
import { HostileWriter } from './hostile-writer.js';

const RUN_MS = 8_000;
const WRITERS = 24;

/** Reads the log again and again and remembers what it saw, in the order in which it saw it. */
class Reader {
  readonly seen: StoredEvent[] = [];
  private last = 0;
  private stopped = false;
  private loop?: Promise<void>;

  /** @param head how far it dares to read. */
  constructor(
    private readonly test: TestStore,
    private readonly head: () => Promise<number>,
  ) {}

  start(): void {
    this.loop = this.readOn();
  }

  async stop(): Promise<void> {
    this.stopped = true;
    await this.loop;
  }

  async readOnce(): Promise<void> {
    const upTo = await this.head();
    const page = await readPage(this.test.pool, { after: this.last, upTo, limit: 1_000 });
    this.seen.push(...page);
    this.last = page.at(-1)?.position ?? this.last;
  }

  missed(positions: number[]): number[] {
    const seen = new Set(this.seen.map((one) => one.position));
    return positions.filter((position) => !seen.has(position));
  }

  private async readOn(): Promise<void> {
    while (!this.stopped) await this.readOnce();
  }
}

/** Events whose version is not the next one of their stream. */
function outOfOrder(events: StoredEvent[]): StoredEvent[] {
  const versions = new Map<string, number>();
  return events.filter(({ streamId, streamVersion }) => {
    const expected = (versions.get(streamId) ?? 0) + 1;
    versions.set(streamId, streamVersion);
    return streamVersion !== expected;
  });
}

// The proof of the order of the feed. Writers append several times in one transaction, sleep in between, roll back and
// are killed. The reader below the mark must see all and in order; a reader that goes by position alone runs beside it
// and must lose events, or the writers were not hostile enough for the test to mean anything.
it('the feed loses nothing and keeps the order of streams, whatever writers do', async () => {
  const test = await createTestStore();
  const killer = createPool({ url: test.url, max: 2, role: 'read' });
  const bystander = await test.pool.connect();
  const watermark = new Watermark(test.pool);
  const leased = new Reader(test, () => watermark.safeHead());
  const naive = new Reader(test, async () => Number.MAX_SAFE_INTEGER);
  const writers = Array.from({ length: WRITERS }, (_, number) => new HostileWriter(test.url, number));

  try {
    // A long transaction that has nothing to do with the log, and a transaction id older than all the writers'.
    await bystander.query('BEGIN');
    await bystander.query(`INSERT INTO store.numbers VALUES ('bystander', 1)`);
    leased.start();
    naive.start();
    const deadline = Date.now() + RUN_MS;
    await Promise.all([
      ...writers.map((writer) => writer.run(deadline)),
      killSome(killer, deadline),
      appendOrdinarily(test, deadline),
    ]);

    const { rows } = await test.pool.query('SELECT position FROM store.events ORDER BY position');
    const positions = rows.map((row) => Number(row.position));
    // Not stalled: it gets to the end while the bystander's transaction is still open.
    await eventually(() => expect(leased.seen.length).toBe(positions.length));
    await Promise.all([leased.stop(), naive.stop()]);

    expect(leased.missed(positions)).toEqual([]);
    expect(outOfOrder(leased.seen)).toEqual([]);
    expect(naive.missed(positions).length).toBeGreaterThan(0);

    const done = (kind: 'committed' | 'rolledBack' | 'killed') => writers.reduce((sum, one) => sum + one[kind], 0);
    expect(positions.length).toBeGreaterThan(500);
    expect(done('committed')).toBeGreaterThan(100);
    expect(done('rolledBack')).toBeGreaterThan(10);
    expect(done('killed')).toBeGreaterThan(5);
  } finally {
    await Promise.allSettled([leased.stop(), naive.stop()]);
    bystander.release(true);
    await killer.end();
    await test.drop();
  }
});

/** Ends the backend of a writer now and then, in the middle of whatever it does. */
async function killSome(pool: ReturnType<typeof createPool>, deadline: number): Promise<void> {
  while (Date.now() < deadline) {
    await pool.query(
      `SELECT pg_sleep(0.1), pg_terminate_backend(pid) FROM (
         SELECT pid FROM pg_stat_activity
         WHERE application_name = 'hostile' AND datname = current_database() ORDER BY random() LIMIT 1
       ) victim`,
    );
  }
}

/** The ordinary path beside it: one append, one transaction. */
async function appendOrdinarily(test: TestStore, deadline: number): Promise<void> {
  while (Date.now() < deadline) await test.append(to('ordinary', 'any', event()));
}
