import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { addJobs } from '../../src/core/tasks/add-jobs.js';
import { countJobs, dropJob, findJob, listJobs, retryJob } from '../../src/core/tasks/jobs.js';
import { PermanentFailure } from '../../src/core/tasks/permanent-failure.js';
import { job } from '../../src/core/tasks/task.js';
import { createTestDatabase, type TestDatabase } from '../kit/database.js';
import { eventually } from '../kit/eventually.js';
import { noteRaise, startWorker, work, type Note, type TestWorker, type WorkerSettings } from '../kit/reactions.js';

let database: TestDatabase;
let workers: TestWorker[];
let done: Note[];

beforeEach(async () => {
  database = await createTestDatabase();
  workers = [];
  done = [];
  work.run = async (note) => void done.push(note);
});

afterEach(async () => {
  await Promise.all(workers.map((worker) => worker.stop()));
  await database.drop();
});

async function start(settings?: WorkerSettings): Promise<TestWorker> {
  const worker = await startWorker(database.url, settings);
  workers.push(worker);
  return worker;
}

async function stop(worker: TestWorker): Promise<void> {
  workers = workers.filter((other) => other !== worker);
  await worker.stop();
}

const note = (by: number): Note => ({ counter: 'counter-1', version: by, by });

async function add(bys: number[], queue: string | null = null): Promise<void> {
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  await addJobs(
    client,
    bys.map((by) => ({ ...job(noteRaise, note(by)), key: `test:${by}`, queue })),
  );
  await client.end();
}

const jobs = () => listJobs(database.pool, { onlyFailed: false, limit: 100 });
const dueNow = () =>
  database.pool.query('UPDATE graphile_worker._private_jobs SET run_at = now() WHERE run_at > now()');

/** Work that stands still until it is told to go on. */
function standingStill() {
  let goOn!: () => void;
  const gate = new Promise<void>((resolve) => (goOn = resolve));
  const begun = { count: 0 };
  work.run = async (given) => {
    begun.count++;
    await gate;
    done.push(given);
  };
  return { begun, goOn };
}

it('does what is there and what comes, and forgets what is done', async () => {
  await add([1, 2]);
  await start();
  await eventually(() => expect(done).toEqual(expect.arrayContaining([note(1), note(2)])));
  await add([3]);
  await eventually(() => expect(done).toContainEqual(note(3)));
  await eventually(async () => expect(await jobs()).toEqual([]));
});

it('does the jobs of a queue one after the other, in their order', async () => {
  let atOnce = 0;
  work.run = async (given) => {
    expect(++atOnce).toBe(1);
    await new Promise((resolve) => setImmediate(resolve));
    atOnce--;
    done.push(given);
  };
  const bys = Array.from({ length: 12 }, (_, n) => n);
  await add(bys, 'a queue');
  await start();
  await start();
  await eventually(() => expect(done.map(({ by }) => by)).toEqual(bys));
});

it('tries again what failed, later and later, until no try is left; an operator can give it all tries again', async () => {
  work.run = async () => {
    throw new Error('no, with postgres://me:hunter2@db in the message');
  };
  await add([1]);
  const worker = await start();
  for (const attempts of [1, 2, 3]) {
    const [row] = await eventually(async () => {
      const rows = await jobs();
      expect(rows).toMatchObject([{ attempts, state: attempts < 3 ? 'waiting' : 'failed' }]);
      return rows;
    });
    expect(row!.runAt.getTime()).toBeGreaterThan(Date.now());
    expect(row!.lastError).toBe('no, with postgres://me:[redacted]@db in the message');
    await dueNow();
  }
  expect(await countJobs(database.pool)).toEqual({ waiting: 0, failed: 1 });
  expect(worker.log()).toContain('job failed and is tried again');
  expect(worker.log()).toContain('job failed for good');
  expect(worker.log()).not.toContain('hunter2');
  expect(worker.log()).not.toContain('counter-1');

  work.run = async (given) => void done.push(given);
  const { id } = (await jobs())[0]!;
  expect(await retryJob(database.pool, id, 3)).toBe(true);
  await eventually(() => expect(done).toEqual([note(1)]));
  await eventually(async () => expect(await findJob(database.pool, id)).toBeNull());
  expect(await retryJob(database.pool, id, 3)).toBe(false);
});

it('does not try again what cannot be mended', async () => {
  work.run = async () => {
    throw new PermanentFailure('never');
  };
  await add([1]);
  await start();
  const [row] = await eventually(async () => {
    const rows = await jobs();
    expect(rows).toMatchObject([{ state: 'failed', attempts: 1, lastError: 'never', key: 'test:1' }]);
    return rows;
  });
  expect(await findJob(database.pool, row!.id)).toMatchObject({ payload: note(1) });
  expect(await dropJob(database.pool, row!.id)).toBe(true);
  expect(await jobs()).toEqual([]);
});

it('waits at its stop for what is under way, and takes nothing new', async () => {
  const { begun, goOn } = standingStill();
  await add([1]);
  const worker = await start();
  await eventually(() => expect(begun.count).toBe(1));
  const { id } = (await jobs())[0]!;
  expect(await dropJob(database.pool, id)).toBe(false);
  expect(await retryJob(database.pool, id, 3)).toBe(false);
  const stopped = stop(worker);
  await add([2]);
  goOn();
  await stopped;
  expect(done).toEqual([note(1)]);
  expect(await jobs()).toMatchObject([{ key: 'test:2', state: 'waiting', attempts: 0 }]);
});

it('tells a job at its stop when it cannot wait any longer', async () => {
  const aborted: Note[] = [];
  work.run = (given, signal) =>
    new Promise((_, reject) => {
      done.push(given);
      signal.addEventListener('abort', () => {
        aborted.push(given);
        reject(new Error('the process stops'));
      });
    });
  await add([1]);
  const worker = await start({ graceMs: 200 });
  await eventually(() => expect(done).toEqual([note(1)]));
  await stop(worker);
  expect(aborted).toEqual([note(1)]);
  expect(await jobs()).toMatchObject([{ state: 'waiting', attempts: 1, lastError: 'the process stops' }]);
});

it('gives back at its stop what takes too long', async () => {
  const { begun, goOn } = standingStill();
  await add([1]);
  const worker = await start({ graceMs: 10 });
  await eventually(() => expect(begun.count).toBe(1));
  await stop(worker);
  expect(await jobs()).toMatchObject([{ state: 'waiting', attempts: 1 }]);
  goOn();
});

it('takes over the jobs of a process that died, and leaves those of one that lives', async () => {
  const dead = randomUUID();
  const { begun, goOn } = standingStill();
  await add([1, 2]);
  await start({ processId: dead, isAlive: false });
  await eventually(() => expect(begun.count).toBe(2));
  const alive = randomUUID();
  await database.pool.query(
    `INSERT INTO store.processes (id, name, backend_pid, backend_started_at, projections, expires_at)
     VALUES ($1, 'alive', 0, now(), '{}', now() + interval '1 hour')`,
    [alive],
  );
  await database.pool.query(`UPDATE graphile_worker._private_jobs SET locked_by = $1 WHERE key = 'test:2'`, [alive]);
  // The first goes on with what it thinks its own: a job may be done twice, and a task must bear that.
  work.run = async (given) => void done.push(given);
  await start();
  await eventually(() => expect(done).toEqual([note(1)]));
  await eventually(async () => expect(await jobs()).toMatchObject([{ key: 'test:2', state: 'running' }]));
  await database.pool.query('DELETE FROM store.processes WHERE id = $1', [alive]);
  await eventually(() => expect(done).toEqual([note(1), note(2)]));
  goOn();
});

it('goes on when the database was away in the middle of a job', async () => {
  const { begun, goOn } = standingStill();
  await add([1]);
  const worker = await start();
  await eventually(() => expect(begun.count).toBe(1));
  // Nothing can be noted until the table is back, and the connections are gone.
  await database.pool.query('ALTER TABLE graphile_worker._private_jobs RENAME TO jobs_away');
  const admin = new pg.Client({ connectionString: database.adminUrl });
  await admin.connect();
  await admin.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1 AND application_name = 'waybill read'`,
    [database.name],
  );
  goOn();
  await eventually(() => expect(worker.log()).toContain('begun anew'));
  await admin.query('ALTER TABLE graphile_worker.jobs_away RENAME TO _private_jobs');
  await admin.end();
  await add([2]);
  await eventually(() => expect(done).toContainEqual(note(2)));
  await eventually(async () => expect(await jobs()).toEqual([]));
});
