import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { keptTables, leftOut } from '../../../src/cli/backup/tables.js';
import { makeDataFolder, removeDataFolder } from '../../kit/data-folder.js';
import { eventually } from '../../kit/eventually.js';
import { graphql } from '../../kit/graphql-client.js';
import { json } from '../../kit/operator.js';
import { contents, logIn, mailsOf, makeElsewhere, startSource, type Elsewhere, type Source } from './kit.js';

let source: Source;
let elsewhere: Elsewhere;
let folder: string;
const backup = () => join(folder, 'backup');

beforeAll(async () => {
  [source, elsewhere] = await Promise.all([startSource(), makeElsewhere()]);
  folder = makeDataFolder();
  // Work that waits for tomorrow, and work that has failed for good.
  await source.database.pool.query(
    `SELECT graphile_worker.add_job('test/later', '{"a": [1]}', run_at => '2099-01-01', job_key => 'later', queue_name => 'q', max_attempts => 7)`,
  );
  await source.database.pool.query(
    `SELECT graphile_worker.add_job('test/failed', run_at => '2099-01-01', max_attempts => 3)`,
  );
  await source.database.pool.query(
    `UPDATE graphile_worker._private_jobs SET attempts = 3, last_error = 'no such thing' WHERE max_attempts = 3`,
  );
});
afterAll(async () => {
  await source.close();
  await elsewhere.remove();
  await removeDataFolder(folder);
});

const jobs = async ({ waybill }: Pick<Source, 'waybill'>) =>
  json(await waybill('jobs', 'list', '--json')).map((job: any) => ({ ...job, id: null, createdAt: null }));

it('every table of the store is a part of the log, kept beside it, or left out for a reason', async () => {
  const { rows } = await source.database.pool.query(
    `SELECT 'store.' || tablename AS name FROM pg_tables WHERE schemaname = 'store' ORDER BY 1`,
  );
  const log = ['command_keys', 'data_keys', 'events', 'numbers', 'skipped_events'].map((name) => `store.${name}`);
  const known = [...log, ...keptTables.map(({ table }) => table), ...Object.keys(leftOut)];
  expect(rows.map(({ name }) => name)).toEqual(known.sort());
});

describe('backup', () => {
  it('writes log, tables and files beside a running server, and says where the keys are', async () => {
    const made = await source.waybill('backup', backup(), '--json');
    expect(made.code).toBe(0);
    expect(json(made)).toMatchObject({ folder: backup(), blobs: 1, keysIncluded: false });
    expect(made.stderr).toContain(`The key ring is not in the backup. It is ${join(source.dataDir, 'keys')}`);
    expect(readdirSync(backup()).sort()).toEqual([
      'blobs',
      'blobs.bundle.gz',
      'log.bundle.gz',
      'manifest.json',
      'platform.bundle.gz',
    ]);
    for (const name of readdirSync(backup())) expect(statSync(join(backup(), name)).mode & 0o077).toBe(0);
  });

  it('wants a folder of its own', async () => {
    const { code, stderr } = await source.waybill('backup', backup());
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: `${backup()} is not empty; a backup has a folder of its own.\n`,
    });
  });
});

describe('restore refuses, and writes nothing,', () => {
  /** A copy of the backup with something done to it. */
  async function refusal(damage: (copy: string) => void): Promise<string> {
    const copy = join(folder, 'damaged');
    rmSync(copy, { recursive: true, force: true });
    cpSync(backup(), copy, { recursive: true });
    damage(copy);
    const { code, stdout, stderr } = await elsewhere.waybill('restore', copy);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    const { rows } = await elsewhere.database.pool.query('SELECT FROM store.events');
    expect(rows).toEqual([]);
    expect(existsSync(join(elsewhere.dataDir, 'blobs', source.picture.split('/').at(-1)!.slice(0, 2)))).toBe(false);
    return stderr;
  }
  const blob = (copy: string) =>
    join(copy, 'blobs', source.picture.split('/').at(-1)!.slice(0, 2), source.picture.split('/').at(-1)!);

  it.each<[string, (copy: string) => void, string]>([
    ['a backup that is not finished', (copy) => rmSync(join(copy, 'manifest.json')), 'holds no whole backup'],
    [
      'one of a newer Waybill',
      (copy) => edit(join(copy, 'manifest.json'), '"version": 1', '"version": 2'),
      'has version 2; this Waybill knows 1',
    ],
    ['a changed file', (copy) => writeFileSync(join(copy, 'log.bundle.gz'), 'x'), 'log.bundle.gz is not what it was'],
    ['a missing file', (copy) => rmSync(join(copy, 'platform.bundle.gz')), 'platform.bundle.gz is missing'],
    ['a changed picture', (copy) => writeFileSync(blob(copy), 'x'), '1 are damaged and 0 missing'],
    ['a missing picture', (copy) => rmSync(blob(copy)), '0 are damaged and 1 missing'],
  ])('%s', async (_, damage, message) => expect(await refusal(damage)).toContain(message));

  it('what it has no keys for', async () => {
    const { code, stderr } = await elsewhere.waybill('restore', backup());
    expect(code).toBe(1);
    expect(stderr).toContain('wrapped by a key ring, and there is none here');
  });
});

describe('a restored installation', () => {
  it('has everything again', async () => {
    mkdirSync(join(folder, 'with'));
    expect((await source.waybill('backup', join(folder, 'with', 'keys'), '--include-keys')).code).toBe(0);
    const restored = await elsewhere.waybill('restore', join(folder, 'with', 'keys'), '--json');
    expect(restored.code).toBe(0);
    expect(json(restored)).toMatchObject({ blobs: 1 });
    expect(readFileSync(join(elsewhere.dataDir, 'keys'), 'utf8')).toBe(
      readFileSync(join(source.dataDir, 'keys'), 'utf8'),
    );
    expect(await jobs(elsewhere)).toEqual(await jobs(source));
    expect(await jobs(elsewhere)).toHaveLength(2);
    expect(json(await elsewhere.waybill('mail', 'list', '--json'))).toEqual(
      json(await source.waybill('mail', 'list', '--json')),
    );

    const server = await elsewhere.start();
    try {
      await eventually(async () => expect(await contents(elsewhere.database)).toEqual(await contents(source.database)));
      const { username, password } = source.ada;
      const { data } = await graphql<any>(server.graphqlUrl, logIn, { input: { username, password } });
      expect(data.tokenAuth.token).toBeTruthy();
      expect((await fetch(`${server.url}${source.picture}`)).status).toBe(200);
      for (const args of [
        ['events', 'verify'],
        ['projections', 'verify'],
        ['blobs', 'verify'],
      ])
        expect(await elsewhere.waybill(...args)).toMatchObject({ code: 0 });
      // Reactors go on where they stood: nothing is mailed again, and the next mail has the next number.
      await graphql(
        server.graphqlUrl,
        'mutation { requestPasswordReset(input: { email: "ada@example.com" }) { email } }',
      );
      await eventually(async () => expect(await mailsOf(elsewhere)).toHaveLength((await mailsOf(source)).length + 1));
    } finally {
      await server.stop();
    }
  });

  it('is not restored over', async () => {
    const { code, stderr } = await elsewhere.waybill('restore', backup());
    expect({ code, stderr }).toMatchObject({ code: 1, stderr: expect.stringContaining('The log here is not empty') });
  });
});

function edit(path: string, from: string, to: string): void {
  writeFileSync(path, readFileSync(path, 'utf8').replace(from, to));
}
