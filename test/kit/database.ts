import { randomBytes } from 'node:crypto';
import pg from 'pg';

export type TestDatabase = {
  name: string;
  /** Connection string of a database that only this caller has, with all migrations run, as the ordinary role that owns it. */
  url: string;
  /** The same database as the administrator: for what the product may not do, such as ending a session. */
  adminUrl: string;
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
  // Set by test/run.mjs. By hand, against one's own server, the administrator may stand in for the ordinary role.
  const app = process.env.WAYBILL_TEST_APP_POSTGRES ?? admin;
  const name = `test_${randomBytes(6).toString('hex')}`;
  // FILE_COPY: the template is small, and copying it through the write-ahead log is slower.
  await runOnce(admin, `CREATE DATABASE ${name} TEMPLATE ${template} OWNER ${roleOf(app)} STRATEGY FILE_COPY`);
  const url = withDatabase(app, name);
  const pool = new pg.Pool({ connectionString: url, max: 10 });
  // A killed backend ends idle connections; a test that does so on purpose must not crash the runner.
  pool.on('error', () => undefined);
  pool.on('connect', (client) => client.on('error', () => undefined));
  return {
    name,
    url,
    adminUrl: withDatabase(admin, name),
    pool,
    drop: async () => {
      await pool.end();
      await runOnce(admin, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    },
  };
}

/**
 * A database without anything in it, owned by the ordinary role: for tests of the migrations themselves.
 */
export async function createEmptyDatabase(): Promise<Pick<TestDatabase, 'name' | 'url' | 'adminUrl' | 'drop'>> {
  const admin = environment('WAYBILL_TEST_POSTGRES');
  const app = process.env.WAYBILL_TEST_APP_POSTGRES ?? admin;
  const name = `test_${randomBytes(6).toString('hex')}`;
  await runOnce(admin, `CREATE DATABASE ${name} OWNER ${roleOf(app)} TEMPLATE template0`);
  return {
    name,
    url: withDatabase(app, name),
    adminUrl: withDatabase(admin, name),
    drop: () => runOnce(admin, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`),
  };
}

function environment(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: run the tests with "npm test" or "node test/run.mjs <pattern>".`);
  return value;
}

function roleOf(url: string): string {
  return decodeURIComponent(new URL(url).username);
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
