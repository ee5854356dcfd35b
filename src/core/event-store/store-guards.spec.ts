import pg from 'pg';
import { createTestStore, event, to, type TestStore } from '../../../test/kit/event-store.js';
import { EventStore } from './event-store.js';

describe('what is written once', () => {
  let test: TestStore;
  beforeAll(async () => {
    test = await createTestStore();
    await test.append(to('fixed', 'none', event()));
  });
  afterAll(() => test.drop());

  it.each([
    'UPDATE store.events SET type = type',
    'UPDATE store.events SET type = type WHERE false',
    'DELETE FROM store.events',
    'TRUNCATE store.events',
    'UPDATE store.settings SET partitions = 9',
    'DELETE FROM store.settings',
    'TRUNCATE store.settings',
  ])('refuses even its owner and a superuser: %s', async (sql) => {
    await expect(test.pool.query(sql)).rejects.toMatchObject({ code: 'WB100' });
    const replica = new pg.Client({ connectionString: test.url });
    await replica.connect();
    try {
      await replica.query('SET session_replication_role = replica');
      await expect(replica.query(sql)).rejects.toMatchObject({ code: 'WB100' });
    } finally {
      await replica.end();
    }
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
