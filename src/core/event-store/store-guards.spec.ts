import pg from 'pg';
import { createTestStore, event, to, type TestStore } from '../../../test/kit/event-store.js';
import { EventStore } from './event-store.js';

describe('what is written once', () => {
  let test: TestStore;
  /** When the tests run against somebody's own server, its administrator may stand in for the owner. */
  let isSuperuser: boolean;
  beforeAll(async () => {
    test = await createTestStore();
    await test.append(to('fixed', 'none', event()));
    const { rows } = await test.pool.query('SELECT rolsuper FROM pg_roles WHERE rolname = current_user');
    isSuperuser = rows[0].rolsuper;
  });
  afterAll(() => test.drop());

  /** The code with which the last of the statements is refused, on a connection of its own. */
  async function refusal(url: string, statements: string[]): Promise<string | undefined> {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    try {
      for (const statement of statements.slice(0, -1)) await client.query(statement);
      return await client.query(statements.at(-1)!).then(
        () => undefined,
        (error: { code: string }) => error.code,
      );
    } finally {
      await client.end();
    }
  }

  it.each([
    'UPDATE store.events SET type = type',
    'UPDATE store.events SET type = type WHERE false',
    'DELETE FROM store.events',
    'TRUNCATE store.events',
    'UPDATE store.settings SET partitions = 9',
    'DELETE FROM store.settings',
    'TRUNCATE store.settings',
  ])('refuses even its owner and a superuser: %s', async (sql) => {
    // The owner lacks the right; taking it does not help him.
    const grant = 'GRANT ALL ON store.events, store.settings TO CURRENT_USER';
    expect(await refusal(test.url, [sql])).toBe(isSuperuser ? 'WB100' : '42501');
    expect(await refusal(test.url, ['BEGIN', grant, sql])).toBe('WB100');
    // Nor does the way around ordinary triggers, which only a superuser has.
    expect(await refusal(test.adminUrl, ['SET session_replication_role = replica', sql])).toBe('WB100');
  });

  it('leaves nobody the right to change it', async () => {
    const { rows } = await test.pool.query(
      `SELECT c.relname, a.privilege_type FROM pg_class c, aclexplode(c.relacl) a
       WHERE c.oid IN ('store.events'::regclass, 'store.settings'::regclass)
         AND a.privilege_type IN ('UPDATE', 'DELETE', 'TRUNCATE')`,
    );
    expect(rows).toEqual([]);
    const { rows: known } = await test.pool.query(
      `SELECT FROM pg_class WHERE oid = 'store.events'::regclass AND relacl IS NULL`,
    );
    expect(known).toEqual([]);
  });

  it('holds one row of settings, which every opening reads', async () => {
    await expect(test.pool.query('INSERT INTO store.settings (partitions) VALUES (4)')).rejects.toMatchObject({
      code: '23505',
    });
    const again = await EventStore.open(test.pool);
    expect(again.partitions).toBe(8);
    expect(again.incarnation).toMatch(/^[0-9a-f-]{36}$/);
    expect(again.incarnation).toBe(test.store.incarnation);
  });
});
