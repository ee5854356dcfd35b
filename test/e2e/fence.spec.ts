import { rmSync } from 'node:fs';
import { makeDataFolder } from '../kit/data-folder.js';
import { createTestDatabase, type TestDatabase } from '../kit/database.js';
import { json } from '../kit/operator.js';
import { runProgram } from '../kit/program.js';
import { serverEnvironment, startServer, type TestServer } from '../kit/server.js';

let database: TestDatabase;
let server: TestServer;
const dataDir = makeDataFolder();

beforeAll(async () => {
  database = await createTestDatabase();
  server = await startServer({ database, dataDir });
});
afterAll(async () => {
  await server?.stop();
  await database?.drop();
  rmSync(dataDir, { recursive: true, force: true });
});

const waybill = (...args: string[]) => runProgram(args, serverEnvironment(dataDir, database));
const incarnation = async () =>
  (await database.pool.query('SELECT store.incarnation() AS name')).rows[0].name as string;

it('a log is fenced only while nothing runs, and then has another name; what stands beyond its end is paused', async () => {
  const before = await incarnation();
  const refused = await waybill('events', 'fence', '--yes');
  expect(refused).toMatchObject({ code: 1, stdout: '' });
  expect(refused.stderr).toMatch(
    /^Stop all processes first: \S+:\d+ would go on under the old name\. Nothing was changed\.$/m,
  );
  expect(await incarnation()).toBe(before);

  await server.stop();
  // As after a restore from a backup that is older than what a read model and the relay have seen.
  const [name] = (
    await database.pool.query(`SELECT min(name) FROM store.projections WHERE name LIKE 'namespaces%'`)
  ).rows.map((row) => row.min as string);
  await database.pool.query('UPDATE store.checkpoints SET position = 1000000 WHERE projection = $1 AND partition = 0', [
    name,
  ]);
  await database.pool.query('INSERT INTO store.relay (position, holder) VALUES (1000000, gen_random_uuid())');
  const { rows } = await database.pool.query('SELECT max(position)::integer AS head FROM store.events');
  const { head } = rows[0];
  const fenced = json(await waybill('events', 'fence', '--yes', '--json'));
  expect(fenced).toEqual({ incarnation: await incarnation(), position: head, paused: [name] });
  expect(fenced.incarnation).not.toBe(before);
  const relay = await database.pool.query('SELECT position::integer, holder FROM store.relay');
  expect(relay.rows).toEqual([{ position: head, holder: null }]);
  const checkpoint = await database.pool.query(
    `SELECT state, reason, position::integer FROM store.projections JOIN store.checkpoints ON projection = name
     WHERE name = $1 AND partition = 0`,
    [name],
  );
  expect(checkpoint.rows).toEqual([
    { state: 'paused', reason: expect.stringContaining('build a read model anew'), position: head },
  ]);
});

it('needs --yes', async () => {
  const { code, stderr } = await waybill('events', 'fence');
  expect(code).toBe(2);
  expect(stderr).toContain('--yes');
});
