import { eventually } from '../kit/eventually.js';
import { graphql } from '../kit/graphql-client.js';
import { json, startOperator, type Operator } from '../kit/operator.js';
import { startProgram, type Program } from '../kit/program.js';
import { closeGate } from '../kit/rebuild-gate.js';

let operator: Operator;
const projections = (...args: string[]) => operator.waybill('projections', ...args);
const start = (...args: string[]): Program => startProgram(['projections', ...args], { env: operator.env });

beforeAll(async () => {
  operator = await startOperator();
  for (const name of ['beta', 'gamma', 'delta']) await operator.createNamespace(name);
  const { waybill } = operator;
  await waybill('users', 'create', 'gone', '--email', 'gone@example.com', '--full-name', 'Gone Example');
  await waybill('users', 'erase', 'gone', '--yes');
});

afterAll(() => operator.close());

const standbyOf = async (name: string) => {
  const rows = json(await projections('status', '--json'));
  return rows.find((row: any) => row.projection === name).standby;
};

const isServed = async (name: string) => {
  const { data } = await graphql(
    operator.server.graphqlUrl,
    'query ($n: String!) { getNamespace(name: $n) { name } }',
    {
      n: name,
    },
  );
  return data.getNamespace?.name === name;
};

describe('waybill projections rebuild', () => {
  it('builds every read model anew, beside a server that goes on, with sealed and erased values as they were', async () => {
    const rebuilt = await projections('rebuild', 'all', '--json', '--workers', '2');
    expect(rebuilt.code).toBe(0);
    const linesOf = (text: string) =>
      text
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line));
    const [reports, progress] = [linesOf(rebuilt.stdout), linesOf(rebuilt.stderr)];
    expect(progress).toContainEqual({ step: 'users_v2: indexing' });
    expect(progress.every(({ step }) => step)).toBe(true);
    expect(reports.map(({ projection }) => projection)).toEqual(
      expect.arrayContaining(['users_v2', 'namespaces_v2', 'totals_v1']),
    );
    expect(reports.every(({ parkedStreams, resumedParts }) => parkedStreams === 0 && resumedParts === 0)).toBe(true);
    await operator.createNamespace('after-the-swap');
    expect(await isServed('after-the-swap')).toBe(true);
    const verified = json(await projections('verify', '--json'));
    expect(verified.flatMap((report: any) => report.differences)).toEqual([]);
    expect(await operator.database.pool.query(`SELECT FROM store.rebuilds`)).toMatchObject({ rowCount: 0 });
  });

  it('keeps the old table until it is taken back or dropped', async () => {
    expect(await standbyOf('namespaces_v2')).toBe('old');
    const again = await projections('rebuild', 'namespaces');
    expect(again).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/projections rollback.*projections drop-old/),
    });

    expect(await projections('rebuild', 'all')).toMatchObject({ code: 1, stderr: expect.stringContaining('users_v2') });

    await operator.createNamespace('before-the-rollback');
    expect(await projections('rollback', 'namespaces')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('namespaces_v2 has its old table again'),
    });
    expect(await isServed('before-the-rollback')).toBe(true);
    expect(await standbyOf('namespaces_v2')).toBe('old');

    expect(await projections('drop-old', 'namespaces')).toMatchObject({ code: 0 });
    expect(await standbyOf('namespaces_v2')).toBeNull();
    expect(await projections('drop-old', 'all')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('users_v2'),
    });
    expect(await projections('drop-old', 'all')).toMatchObject({ code: 0, stdout: 'No old table is kept.\n' });
  });

  it('refuses what it cannot do, and says why', async () => {
    const refusals = [
      ['rebuild nothing', 3, 'There is no projection nothing'],
      ['rebuild SendPasswordResetEmail', 2, 'is a reactor'],
      ['rebuild users --workers 0', 2, '--workers takes a whole number from 1 to 8'],
      ['rebuild users --workers 9', 2, '--workers takes a whole number from 1 to 8'],
      ['cancel users', 3, 'No rebuild of users_v2 is unfinished'],
      ['rollback users', 1, 'users_v2 keeps no old table.'],
      // Another read model: one that somebody is at is refused for that.
      ['drop-old namespaces', 1, 'namespaces_v2 keeps no old table.'],
    ] as const;
    await Promise.all(
      refusals.map(async ([args, code, message]) =>
        expect(await projections(...args.split(' '))).toMatchObject({ code, stderr: expect.stringContaining(message) }),
      ),
    );
  });

  it('goes on after kill -9 with the parts that are missing', async () => {
    const gate = await closeGate(operator.database, 3);
    const first = start('rebuild', 'users');
    await gate.reached();
    expect(await standbyOf('users_v2')).toBe('building');
    await first.end('SIGKILL');
    await gate.open();
    const { rows } = await operator.database.pool.query(
      `SELECT count(*)::int AS parts FROM store.rebuild_parts WHERE projection = 'users_v2'`,
    );
    expect(rows).toEqual([{ parts: 3 }]);
    const second = await projections('rebuild', 'users');
    expect(second).toMatchObject({ code: 0, stderr: expect.stringContaining('3 of 8 parts were there') });
    expect(json(await projections('verify', 'users_v2', '--json'))[0].differences).toEqual([]);
    await projections('drop-old', 'users');
  });

  it('ends in order at Ctrl-C and says how to go on', async () => {
    const gate = await closeGate(operator.database, 2);
    const program = start('rebuild', 'users');
    await gate.reached();
    expect(await program.end('SIGINT')).toMatchObject({ code: 1 });
    expect(program.stderr()).toMatch(/Stopping\. What is loaded of users_v2 is kept[^]*Interrupted\.\n$/);
    await gate.open();
    expect(await projections('rollback', 'users')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('A rebuild of users_v2 is not finished'),
    });
    expect(await projections('cancel', 'users')).toMatchObject({ code: 0 });
    expect(await standbyOf('users_v2')).toBeNull();
  });

  it('runs once at a time, and ends when another process cancels it', async () => {
    const gate = await closeGate(operator.database, 1);
    const program = start('rebuild', 'users');
    await gate.reached();
    expect(await projections('rebuild', 'users')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('Another process is rebuilding users_v2.'),
    });
    const cancel = start('cancel', 'users');
    await eventually(async () => {
      const { rows } = await operator.database.pool.query('SELECT phase FROM store.rebuilds');
      expect(rows).toEqual([{ phase: 'cancelled' }]);
    });
    await gate.open();
    expect(await cancel.exited).toMatchObject({ code: 0 });
    expect(await program.exited).toMatchObject({ code: 1 });
    expect(program.stderr()).toContain('The rebuild of users_v2 was cancelled.');
    expect(await standbyOf('users_v2')).toBeNull();
  });

  it('prepare has nothing to do where all read models are run', async () => {
    expect(await projections('prepare')).toMatchObject({
      code: 0,
      stdout: 'All read models of this program are there.\n',
    });
  });
});
