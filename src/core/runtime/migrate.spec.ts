import { jest } from '@jest/globals';
import pg from 'pg';
import { Trigrams1795737600000 } from '../../../migrations/20261127000000-trigrams.js';
import { createEmptyDatabase } from '../../../test/kit/database.js';
import { migrate, migrationState } from './migrate.js';

type Database = Awaited<ReturnType<typeof createEmptyDatabase>>;
let database: Database;

beforeEach(async () => (database = await createEmptyDatabase()));
afterEach(() => database.drop());

async function query(url: string, text: string): Promise<any[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
}

const schemaOfTrigrams = async () =>
  (
    await query(
      database.url,
      `SELECT extnamespace::regnamespace::text AS schema FROM pg_extension WHERE extname = 'pg_trgm'`,
    )
  )[0]?.schema;

it('brings trigrams into the store, from elsewhere when the role may move them', async () => {
  await query(database.adminUrl, 'CREATE EXTENSION pg_trgm SCHEMA public');
  expect(await migrate(database.adminUrl)).toContain('Trigrams1795737600000');
  expect(await schemaOfTrigrams()).toBe('store');
  expect(await migrate(database.adminUrl)).toEqual([]);
});

it('says what a superuser must do when it may not, and nothing else, and goes on from there', async () => {
  const print = jest.spyOn(console, 'log');
  await query(database.adminUrl, 'CREATE EXTENSION pg_trgm SCHEMA public');
  await expect(migrate(database.url)).rejects.toThrow(
    'The database has the extension pg_trgm in schema public, and this role may not move it. Let a superuser do it in this database: ALTER EXTENSION pg_trgm SET SCHEMA store;',
  );
  expect(print).not.toHaveBeenCalled();
  await query(database.adminUrl, 'ALTER EXTENSION pg_trgm SET SCHEMA store');
  await migrate(database.url);
  expect(await migrationState(database.url)).toMatchObject({ pending: [] });
});

it('says what to install on a server that does not have trigrams', async () => {
  const runner = { query: async () => [{ schema: null, available: false }] };
  await expect(new Trigrams1795737600000().up(runner as never)).rejects.toThrow(
    'Install it there (on Debian the package postgresql-contrib), then start again.',
  );
});
