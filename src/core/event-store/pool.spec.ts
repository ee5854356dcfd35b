import { createTestDatabase, type TestDatabase } from '../../../test/kit/database.js';
import { createPool, type PoolRole } from './pool.js';

describe('pools', () => {
  let database: TestDatabase;
  beforeAll(async () => void (database = await createTestDatabase()));
  afterAll(() => database.drop());

  async function settings(role: PoolRole, url = database.url): Promise<Record<string, string>> {
    const pool = createPool({ url, max: 1, role });
    try {
      const { rows } = await pool.query(
        `SELECT name, setting FROM pg_settings WHERE name IN ('lock_timeout', 'idle_in_transaction_session_timeout',
          'synchronous_commit', 'TimeZone', 'application_name', 'work_mem', 'jit')`,
      );
      return Object.fromEntries(rows.map((row) => [row.name, row.setting]));
    } finally {
      await pool.end();
    }
  }

  it('never let an append hang, neither on a lock nor idle with the lease held', async () => {
    expect(await settings('append')).toMatchObject({
      lock_timeout: '5000',
      idle_in_transaction_session_timeout: '10000',
      synchronous_commit: 'on',
      TimeZone: 'UTC',
      jit: 'off',
      application_name: 'waybill append',
    });
  });

  it('let projections go on before the disk has it, and nobody else; nor do they hang while they hold a checkpoint', async () => {
    expect(await settings('projection')).toMatchObject({
      synchronous_commit: 'off',
      lock_timeout: '5000',
      idle_in_transaction_session_timeout: '10000',
    });
    expect(await settings('read')).toMatchObject({ synchronous_commit: 'on', lock_timeout: '0' });
  });

  it('keep the options of the URL beside their own', async () => {
    const url = `${database.url}?options=${encodeURIComponent('-c work_mem=5MB')}`;
    expect(await settings('projection', url)).toMatchObject({ work_mem: '5120', synchronous_commit: 'off' });
  });
});
