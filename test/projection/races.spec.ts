import type pg from 'pg';
import { createPool } from '../../src/core/event-store/pool.js';
import type { Recorded } from '../../src/core/event-store/types.js';
import { retryParked } from '../../src/core/projection/operate.js';
import type { PageRequest, RunnerOptions } from '../../src/core/projection/ports.js';
import { ProjectionRunner } from '../../src/core/projection/runner.js';
import { bugs, counters, type CounterEvent } from '../kit/counters.js';
import { createTestDatabase, type TestDatabase } from '../kit/database.js';
import { eventually } from '../kit/eventually.js';

/**
 * The runner over a log in memory, with its pages and statements held back at will: what happens when an operator, another process or a
 * failure comes at the worst moment. Each test is one interleaving that would lose an event or get stuck.
 */
let database: TestDatabase;
let pool: pg.Pool;
let log: Recorded[];
let owned: number[];
let running: ProjectionRunner[];
/** Called before a page is read and before a statement is sent; may wait or throw. */
let beforePage: (request: PageRequest) => Promise<void> | void;
let beforeQuery: (text: string) => Promise<void> | void;
let beforeRenewal: () => void;
let beforeBatch: () => Promise<void> | void;
let beforeLast: () => void;

beforeEach(async () => {
  bugs.poison = true;
  database = await createTestDatabase();
  pool = createPool({ url: database.url, max: 4, role: 'projection' });
  const query = pool.query.bind(pool) as (...args: any[]) => Promise<unknown>;
  pool.query = (async (statement: string | { text: string }, ...rest: unknown[]) => {
    await beforeQuery(typeof statement === 'string' ? statement : statement.text);
    return query(statement, ...rest);
  }) as never;
  // Batches ask for a connection; plain statements of the pool do so with a callback and are not held back here.
  const connect = pool.connect.bind(pool) as (callback?: unknown) => Promise<unknown>;
  pool.connect = ((callback?: unknown) =>
    callback ? connect(callback) : Promise.resolve(beforeBatch()).then(() => connect())) as never;
  [log, owned, running] = [[], [0, 1], []];
  beforePage = beforeQuery = beforeRenewal = beforeBatch = beforeLast = () => undefined;
});

afterEach(async () => {
  for (const runner of running) await runner.stop();
  await pool.end();
  await database.drop();
});

async function start(options: Partial<RunnerOptions> = {}): Promise<ProjectionRunner> {
  const runner = new ProjectionRunner(
    [counters],
    {
      pool,
      partitions: 2,
      safeHead: async () => log.length,
      lastPosition: async () => {
        beforeLast();
        return log.length;
      },
      readHeads: async () => new Map(),
      decode: async () => [],
      readPage: async (request) => {
        await beforePage(request);
        const { after, upTo, partitions, limit } = request;
        const events = log.filter(
          (event) => event.position > after && event.position <= upTo && partitions.includes(event.partition),
        );
        const page = events.slice(0, limit);
        return { events: page, reached: page.length < limit ? upTo : page.at(-1)!.position };
      },
      ownership: {
        renew: async () => {
          beforeRenewal();
          return {
            places: owned.map((partition) => ({ projection: counters.versionedName, partition })),
            liveProcesses: 1,
          };
        },
        release: async () => undefined,
      },
      liveness: () => ({ pid: 1, startedAt: '' }),
      log: { info: () => undefined, warn: () => undefined, error: () => undefined },
    },
    { pageSize: 2, catchUpPageSize: 2, pollMs: 10, renewMs: 20, flushMs: 1e9, ...options },
  );
  running.push(runner);
  await runner.start();
  return runner;
}

function append(streamId: string, event: CounterEvent, partition = 0): void {
  log.push({
    ...event,
    streamId,
    streamVersion: log.filter((earlier) => earlier.streamId === streamId).length + 1,
    position: log.length + 1,
    partition,
    metadata: { actor: { kind: 'anonymous' }, correlationId: 'x' },
    occurredAt: new Date(0),
  } as Recorded);
  for (const runner of running) runner.wake();
}

const raised = (by: number): CounterEvent => ({ type: 'test.counter.raised', data: { by, note: null } });
const poisoned: CounterEvent = { type: 'test.counter.poisoned', data: { how: 'throw' } };
const readStream = async (streamId: string, upTo: number) =>
  log.filter((event) => event.streamId === streamId && event.position <= upTo);
const progressOf = (runner: ProjectionRunner, partition = 0) =>
  runner.members.find(counters.versionedName)!.partitions.get(partition);
const total = async (id: string) => {
  const { rows } = await database.pool.query('SELECT total::int FROM read.test_counters_v1 WHERE id = $1', [id]);
  return rows[0]?.total as number | undefined;
};
const isParked = async (id: string) =>
  (await database.pool.query('SELECT FROM store.parked_streams WHERE stream_id = $1', [id])).rowCount === 1;

/** A door that somebody waits at until the test opens it. */
function gate() {
  let open!: () => void;
  let reached!: () => void;
  const opened = new Promise<void>((resolve) => (open = resolve));
  const waiting = new Promise<void>((resolve) => (reached = resolve));
  return {
    open,
    waiting,
    pass: () => {
      reached();
      return opened;
    },
  };
}

it('applies what queued behind a parked stream when the retry comes while a page of a catch-up is being read', async () => {
  append('a', poisoned);
  const first = await start();
  await eventually(async () => expect(await isParked('a')).toBe(true));
  await first.stop();
  running = [];
  append('a', raised(2));
  append('a', raised(3));
  append('b', raised(7));
  append('b', raised(1));
  const { pass, open, waiting } = gate();
  beforePage = ({ after }) => (after === 3 ? pass() : undefined);
  const runner = await start();
  await waiting; // a's queued events are passed over in memory, the checkpoint still stands before them
  bugs.poison = false;
  expect(await retryParked(database.pool, counters, 'a', readStream)).toBeNull();
  runner.reload();
  await eventually(() => expect(progressOf(runner)!.generation).toBe(1));
  open();
  await eventually(async () => expect([await total('a'), await total('b')]).toEqual([5, 8]));
});

it('never takes the parked streams of one moment for those of another, when a retry commits while they are read', async () => {
  append('a', raised(1));
  append('a', poisoned);
  const runner = await start();
  await eventually(async () => expect(await isParked('a')).toBe(true));
  bugs.poison = false;
  // The retry comes just before the checkpoints are read; parked streams that a statement of its own had read already would be old.
  let retried: Promise<unknown> | undefined;
  beforeQuery = async (text) => {
    if (!text.includes('FROM store.checkpoints') || text.includes('parked_streams') || retried) return;
    retried = retryParked(database.pool, counters, 'a', readStream);
    await retried;
  };
  await runner.refresh();
  if (!retried) await retryParked(database.pool, counters, 'a', readStream);
  append('a', raised(5));
  append('b', raised(1));
  await eventually(async () => expect(await total('b')).toBe(1));
  runner.reload();
  await eventually(async () => expect(await total('a')).toBe(6));
});

it('loses nothing when the resume of a projection that paused itself fails half-way', async () => {
  const runner = await start({ maxParkedStreams: 0 });
  append('a', poisoned);
  await eventually(() => expect(runner.members.find(counters.versionedName)!.paused).toBe(true));
  append('b', raised(2));
  await eventually(() => expect(runner.position).toBe(2));
  let failures = 0;
  beforeQuery = (text) => {
    if (text.includes('FROM store.checkpoints') && failures++ === 0)
      throw new Error('Connection terminated unexpectedly');
  };
  await database.pool.query(`UPDATE store.projections SET state = 'running'`);
  runner.reload();
  await eventually(() => expect(failures).toBeGreaterThan(0));
  append('b', raised(4));
  await eventually(async () => expect(await total('b')).toBe(6));
});

it('does not take back a partition that went to another process while it caught up there', async () => {
  append('a', raised(1), 1);
  const { pass, open, waiting } = gate();
  let tables = false; // the first connection makes the tables
  beforeBatch = () => (tables ? pass() : void (tables = true));
  const runner = await start();
  await waiting;
  // Another process has taken the partition and applied the event.
  owned = [0];
  await runner.refresh();
  await database.pool.query('UPDATE store.checkpoints SET position = 1');
  open();
  await eventually(() => expect(runner['catchingUp'].size).toBe(0));
  await eventually(() => expect(runner.caughtUp).toBe(true));
  expect(runner.ownedPartitions).toEqual([0]);
  expect(progressOf(runner, 1)).toBeUndefined();
});

it('follows a partition that it lost and got back while the database failed', async () => {
  owned = [0];
  const runner = await start();
  let failing = true;
  beforeQuery = (text) => {
    if (failing && text.includes('FROM store.checkpoints')) throw new Error('Connection terminated unexpectedly');
  };
  owned = [1];
  await eventually(() => expect(progressOf(runner, 0)).toBeUndefined());
  owned = [0, 1];
  failing = false;
  await eventually(() => expect(progressOf(runner, 1)).toBeDefined());
  append('a', raised(1), 0);
  append('b', raised(2), 1);
  await eventually(async () => expect([await total('a'), await total('b')]).toEqual([1, 2]));
});

it('answers a refresh that met a failure as soon as it is over', async () => {
  const runner = await start();
  let failures = 0;
  beforeRenewal = () => {
    if (failures++ < 2) throw new Error('Connection terminated unexpectedly');
  };
  await runner.refresh();
  expect(failures).toBeGreaterThan(2);
});

it('answers a refresh that meets the end', async () => {
  const runner = await start();
  const { pass, open, waiting } = gate();
  beforePage = pass;
  append('a', raised(1));
  await waiting;
  const refreshed = runner.refresh();
  const stopped = runner.stop();
  open();
  await Promise.all([refreshed, stopped, runner.refresh()]);
});

it('reads anew when its checkpoint turns out to be moved, though no notification came', async () => {
  const runner = await start();
  append('a', { type: 'test.counter.unknown', data: {} } as never);
  await eventually(() => expect(progressOf(runner)!.seen).toBe(1));
  await database.pool.query('UPDATE store.checkpoints SET generation = 9');
  // What the runner does once a second, here at once.
  await runner['flush']();
  await eventually(() => expect(progressOf(runner)!.generation).toBe(9));
});

it('follows partitions that it was given when the database failed at once behind it', async () => {
  owned = [];
  const runner = await start();
  for (let n = 0; n < 3; n++) append('a', raised(1));
  // Another process has applied them.
  await database.pool.query('UPDATE store.checkpoints SET position = 3');
  let failures = 0;
  beforeLast = () => {
    if (failures++ === 0) throw new Error('Connection terminated unexpectedly');
  };
  owned = [0, 1];
  await eventually(() => expect(progressOf(runner)).toBeDefined());
  append('b', raised(2));
  await eventually(async () => expect(await total('b')).toBe(2));
  expect(failures).toBeGreaterThan(0);
});

it('reads anew where everything stands when the log is shorter than it was, as after a backup was restored', async () => {
  const runner = await start();
  for (let n = 0; n < 4; n++) append('a', raised(1));
  await eventually(async () => expect(await total('a')).toBe(4));
  // The backup: read models, checkpoints and log of an earlier moment.
  await database.pool.query('UPDATE read.test_counters_v1 SET total = 2, raises = 2, position = 2');
  await database.pool.query('UPDATE store.checkpoints SET position = 2');
  log.length = 2;
  await eventually(() => expect(runner.position).toBe(2));
  append('b', raised(1));
  append('b', raised(1));
  await eventually(async () => expect([await total('a'), await total('b')]).toEqual([2, 2]));
  expect(runner.position).toBe(4);
});
