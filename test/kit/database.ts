import { randomBytes } from 'node:crypto';
import pg from 'pg';

export type TestDatabase = {
  /** Connection string of a database that only this caller has, with all migrations run. */
  url: string;
  pool: pg.Pool;
  drop(): Promise<void>;
};

/**
 * Clones the migrated template into a database of its own: a few milliseconds' work for Postgres, and no test sees another's rows.
 * `test/run.mjs` starts the server and makes the template.
 */
export async function createTestDatabase(): Promise<TestDatabase> {
  const admin = environment('WAYBILL_TEST_POSTGRES');
  const template = environment('WAYBILL_TEST_TEMPLATE');
  const name = `test_${randomBytes(6).toString('hex')}`;
  await runOnce(admin, `CREATE DATABASE ${name} TEMPLATE ${template}`);
  const url = withDatabase(admin, name);
  const pool = new pg.Pool({ connectionString: url, max: 10 });
  // A killed backend ends idle connections; a test that does so on purpose must not crash the runner.
  pool.on('error', () => undefined);
  return {
    url,
    pool,
    drop: async () => {
      await pool.end();
      await runOnce(admin, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    },
  };
}

function environment(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: run the tests with "npm test" or "node test/run.mjs <pattern>".`);
  return value;
}

function withDatabase(url: string, name: string): string {
  const changed = new URL(url);
  changed.pathname = `/${name}`;
  return changed.href;
}

async function runOnce(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
