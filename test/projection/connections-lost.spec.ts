import pg from 'pg';
import { generateRingKey, KeyRing } from '../../src/core/crypto/key-ring.js';
import { Refusal } from '../../src/core/errors/refusal.js';
import { verifyProjection } from '../../src/core/projection/verify.js';
import { bugs, Raise, testing } from '../kit/counters.js';
import { createTestDatabase, type TestDatabase } from '../kit/database.js';
import { eventually } from '../kit/eventually.js';
import { startInstance, system, type TestInstance } from '../kit/instance.js';

/** What a restart of the database is to a running process: all of its connections end, in the middle of everything. */
let database: TestDatabase;
let admin: pg.Client;
const ring = new KeyRing([generateRingKey()]);

beforeEach(async () => {
  bugs.poison = true;
  database = await createTestDatabase();
  admin = new pg.Client({ connectionString: database.adminUrl });
  await admin.connect();
});

afterEach(async () => {
  await admin.end();
  await database.drop();
});

const endAllConnections = () =>
  admin.query(
    `SELECT count(pg_terminate_backend(pid))::int AS n FROM pg_stat_activity
     WHERE datname = current_database() AND pid <> pg_backend_pid() AND application_name LIKE 'waybill%'`,
  );

it.each([1, 2])('applies everything exactly once and ends every wait, with %i process(es)', async (processes) => {
  const running: TestInstance[] = [];
  for (let n = 0; n < processes; n++)
    running.push(await startInstance(database.url, [testing], { ring, runner: { renewMs: 100, flushMs: 100 } }));
  try {
    let ended = 0;
    let started = 0;
    const storm = { on: true };
    const outcomes = new Map<string, number>();
    const write = async (writer: number) => {
      for (let n = 0; storm.on; n++) {
        started++;
        const id = `counter-${(writer * 7 + n) % 30}`;
        const outcome = await running[n % processes]!.executeAs(system)(new Raise(id, 1), {
          clientMutationId: `${writer}-${n}`,
        }).then(
          () => 'done',
          (error: unknown) => (error instanceof Refusal ? `${error.code} ${error.details.cause}` : 'connection lost'),
        );
        ended++;
        outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
      }
    };
    const writers = Array.from({ length: 8 }, (_, writer) => write(writer));
    for (let round = 1; round <= 5; round++) {
      const before = outcomes.get('done') ?? 0;
      await eventually(() => expect(outcomes.get('done') ?? 0).toBeGreaterThan(before + 20));
      expect((await endAllConnections()).rows[0].n).toBeGreaterThan(2);
    }
    const before = outcomes.get('done') ?? 0;
    await eventually(() => expect(outcomes.get('done') ?? 0).toBeGreaterThan(before + 20));
    storm.on = false;
    await Promise.all(writers);
    expect(ended).toBe(started);
    expect([...outcomes.keys()].filter((outcome) => outcome.startsWith('COMMITTED'))).not.toContain(
      'COMMITTED_NOT_VISIBLE timeout',
    );

    const written = (await database.pool.query('SELECT count(*)::int AS n FROM store.events')).rows[0].n;
    await eventually(async () => {
      const { rows } = await database.pool.query(
        'SELECT coalesce(sum(raises), 0)::int AS n FROM read.test_counters_v1',
      );
      expect(rows[0].n).toBe(written);
    });
    await eventually(() =>
      expect(running.map(({ projector }) => projector.runner.caughtUp)).toEqual(running.map(() => true)),
    );
    for (const definition of testing.projections) {
      expect((await verifyProjection(database.url, running[0]!.core.readPartition, definition)).differences).toEqual(
        [],
      );
    }
    expect((await database.pool.query('SELECT FROM store.parked_streams')).rowCount).toBe(0);
  } finally {
    for (const instance of running) await instance.stop();
  }
});
