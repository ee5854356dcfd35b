import pg from 'pg';
import { DataSource } from 'typeorm';
import { migrations } from '../../../migrations/index.js';
import { StartupError } from '../postgres/startup-error.js';

const migrationsTable = 'waybill_migrations';
// Any number that nothing else in the database locks; two processes that start at once migrate one after the other.
const migrationLock = 1463897409;

export type MigrationState = { applied: string[]; pending: string[] };

/**
 * Compares the database with the migrations of this program. One statement, so that an ordinary start pays nothing for it.
 * @throws StartupError when the database was migrated by a newer Waybill.
 */
export async function migrationState(url: string): Promise<MigrationState> {
  return withClient(url, readState);
}

/**
 * Runs what is pending, in order, each migration in a transaction of its own.
 * @returns the names of the migrations that were run.
 */
export async function migrate(url: string): Promise<string[]> {
  if ((await migrationState(url)).pending.length === 0) return [];
  return withClient(url, async (client) => {
    await client.query('SELECT pg_advisory_lock($1)', [migrationLock]);
    const { pending } = await readState(client);
    if (pending.length > 0) await runMigrations(url);
    return pending;
  });
}

async function readState(client: pg.Client): Promise<MigrationState> {
  const known = migrations.map((migration) => migration.name);
  const { rows } = await client.query('SELECT to_regclass($1) IS NOT NULL AS exists', [`public.${migrationsTable}`]);
  const found = rows[0].exists
    ? (await client.query(`SELECT name FROM public.${migrationsTable} ORDER BY id`)).rows
    : [];
  const applied = found.map((row) => row.name as string);
  const unknown = applied.filter((name) => !known.includes(name));
  if (unknown.length > 0) {
    throw new StartupError(
      `The database was migrated by a newer Waybill (it has ${unknown.at(-1)}, which this one does not know). Start that version, or a newer one.`,
    );
  }
  return { applied, pending: known.filter((name) => !applied.includes(name)) };
}

async function runMigrations(url: string): Promise<void> {
  const source = new DataSource({
    type: 'postgres',
    url,
    driver: pg,
    migrations,
    migrationsTableName: migrationsTable,
    migrationsTransactionMode: 'each',
    installExtensions: false,
    logging: false,
    // The default one prints a migration that failed on standard output all the same; who called says so in one line.
    logger: 'debug',
  });
  await source.initialize();
  try {
    await source.runMigrations();
  } finally {
    await source.destroy();
  }
}

async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  // A connection that breaks between two statements fails the next one; without a listener it would end the process.
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
