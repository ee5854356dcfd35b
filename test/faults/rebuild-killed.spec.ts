import type pg from 'pg';
import { eventually } from '../kit/eventually.js';
import { json, startOperator, type Operator } from '../kit/operator.js';
import { startProgram } from '../kit/program.js';

/** A rebuild that is killed when all is loaded: what it had built is used by the next one. `cli-rebuild.spec.ts` kills one that loads. */
let operator: Operator;

beforeAll(async () => {
  operator = await startOperator();
});

afterAll(() => operator.close());

type Standing = { standby: string; parts: number };

async function standing(): Promise<Standing> {
  const { rows } = await operator.database.pool.query(
    `SELECT phase AS standby, (SELECT count(*)::int FROM store.rebuild_parts) AS parts FROM store.rebuilds WHERE projection = 'users_v2'`,
  );
  return rows[0];
}

/** Starts a rebuild, which the statement holds up, kills it when it stands there, and lets the next one end. */
async function killAt(obstacle: string, phase: string): Promise<void> {
  const client: pg.PoolClient = await operator.database.pool.connect();
  await client.query('BEGIN');
  await client.query(obstacle);
  const first = startProgram(['projections', 'rebuild', 'users'], { env: operator.env });
  await eventually(async () => {
    const { parts, standby } = await standing();
    expect([standby, parts > 0]).toEqual([phase, true]);
    const { rows } = await operator.database.pool.query(
      `SELECT count(*)::int AS n FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
    );
    expect(rows[0].n).toBeGreaterThan(0);
  });
  await first.end('SIGKILL');
  await client.query('ROLLBACK');
  client.release();
  const second = await operator.waybill('projections', 'rebuild', 'users', '--json');
  expect(second).toMatchObject({ code: 0 });
  const { parts, resumedParts } = JSON.parse(second.stdout.trim().split('\n').at(-1)!);
  expect(resumedParts).toBe(parts);
}

it.each([
  [
    'when it completes the table',
    `INSERT INTO store.checkpoints (projection, partition) VALUES ('standby:users_v2', 0)`,
    'loading',
  ],
  ['when it waits for readers before the swap', 'LOCK TABLE read.users_v2 IN ACCESS SHARE MODE', 'built'],
])('goes on after kill -9 %s, and the server never notices', async (_, obstacle, phase) => {
  await killAt(obstacle, phase);
  await operator.createNamespace(`after-${phase}`);
  expect(json(await operator.waybill('projections', 'verify', 'users_v2', '--json'))[0].differences).toEqual([]);
  expect(await operator.waybill('projections', 'drop-old', 'users')).toMatchObject({ code: 0 });
});
