import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { createTestDatabase } from '../kit/database.js';

const library = dirname(createRequire(import.meta.url).resolve('graphile-worker/package.json'));

it('brings the tables of the job queue to the version that is installed', async () => {
  const newest = Math.max(...readdirSync(join(library, 'sql')).map((name) => parseInt(name, 10)));
  const database = await createTestDatabase();
  try {
    const { rows } = await database.pool.query('SELECT max(id) AS id FROM graphile_worker.migrations');
    expect(rows).toEqual([{ id: newest }]);
  } finally {
    await database.drop();
  }
});
