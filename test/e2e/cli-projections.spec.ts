import { EventStore } from '../../src/core/event-store/event-store.js';
import { appendRequest, to } from '../kit/event-store.js';
import { eventually } from '../kit/eventually.js';
import { graphql } from '../kit/graphql-client.js';
import { startProgram } from '../kit/program.js';
import { json, startOperator, type Operator } from '../kit/operator.js';

let operator: Operator;
const waybill: Operator['waybill'] = (...args) => operator.waybill(...args);
const createNamespace: Operator['createNamespace'] = (...args) => operator.createNamespace(...args);

beforeAll(async () => void (operator = await startOperator()));
afterAll(() => operator.close());

describe('waybill projections', () => {
  it('status shows every projection, as a table and as JSON', async () => {
    const status = json(await waybill('projections', 'status', '--json'));
    expect(status.map((row: any) => [row.projection, row.kind, row.state])).toEqual(
      expect.arrayContaining([
        ['namespaces_v2', 'rows', 'running'],
        ['users_v2', 'rows', 'running'],
        ['SendPasswordResetEmail', 'reactor', 'running'],
      ]),
    );
    const table = await waybill('projections', 'status');
    expect(table.stdout).toMatch(/^projection +kind +state +position +head/);
    expect(table.code).toBe(0);
  });

  it.each([['--json'], []])(
    'status --watch goes on until Ctrl-C, and then ends in good order: %j',
    async (...format) => {
      const watching = startProgram(['projections', 'status', '--watch', '--interval', '0.1', ...format], operator);
      const looks = () =>
        watching
          .stdout()
          .split('\n')
          .filter((line) => /^users_v2|"users_v2"/.test(line));
      await eventually(() => expect(looks().length).toBeGreaterThan(2));
      expect(await watching.end('SIGINT')).toEqual({ code: 0, signal: null });
      expect(watching.stderr()).toBe('');
      if (format.length > 0) {
        const { projections } = JSON.parse(looks().at(-1)!);
        const users = projections.find((row: any) => row.projection === 'users_v2');
        expect(users).toMatchObject({ lagEvents: 0, perSecond: 0, secondsLeft: null });
      }
    },
  );

  it.each(['0', 'often', '4000'])('status --watch --interval %s is wrong usage', async (interval) => {
    const { code, stderr } = await waybill('projections', 'status', '--watch', '--interval', interval);
    expect({ code, stderr }).toEqual({ code: 2, stderr: '--interval takes seconds from 0.1 to 3600.\n' });
  });

  it('its lag is among the metrics, for read models and reactors', async () => {
    await eventually(async () => {
      const metrics = await (await fetch(`${operator.server.url}/metrics`)).text();
      expect(metrics).toContain('waybill_projection_lag_events{projection="users_v2"} 0');
      expect(metrics).toContain('waybill_projection_lag_seconds{projection="SendPasswordResetEmail"} 0');
    });
  });

  it('drop removes the table of an older version, and nothing that this program or a running one uses', async () => {
    const { pool } = operator.database;
    await pool.query('CREATE TABLE read.users_v0 (id text PRIMARY KEY)');
    await pool.query(`INSERT INTO store.projections (name) VALUES ('users_v0')`);
    await pool.query(`INSERT INTO store.checkpoints (projection, partition) VALUES ('users_v0', 0)`);
    expect((await waybill('projections', 'drop', 'users_v0')).code).toBe(2);
    expect((await waybill('projections', 'drop', 'users_v2', '--yes')).code).toBe(1);
    expect((await waybill('projections', 'drop', 'nothing_v1', '--yes')).code).toBe(3);
    expect(await waybill('projections', 'drop', 'users_v0', '--yes')).toMatchObject({
      code: 0,
      stdout: 'users_v0 is dropped.\n',
    });
    const left = `SELECT to_regclass('read.users_v0') AS t, (SELECT count(*)::int FROM store.checkpoints WHERE projection = 'users_v0') AS n`;
    expect((await pool.query(left)).rows).toEqual([{ t: null, n: 0 }]);
  });

  it('pause stops one while the log goes on, and status says why; resume lets it catch up', async () => {
    expect((await waybill('projections', 'pause', 'namespaces_v2', '--reason', 'looking closer')).code).toBe(0);
    await createNamespace('while-paused', 'COMMITTED_NOT_VISIBLE');
    const status = await waybill('projections', 'status', '--json');
    expect(status.code).toBe(4);
    expect(json(status)).toContainEqual(
      expect.objectContaining({ projection: 'namespaces_v2', state: 'paused', reason: 'looking closer', lagEvents: 1 }),
    );
    expect((await waybill('projections', 'resume', 'namespaces_v2')).code).toBe(0);
    await eventually(async () => {
      const { data } = await graphql(operator.server.graphqlUrl, '{ getNamespace(name: "while-paused") { name } }');
      expect(data.getNamespace).toEqual({ name: 'while-paused' });
    });
    expect((await waybill('projections', 'status')).code).toBe(0);
  });

  it('an event that cannot be applied parks its stream: parked lists it, retry says so, skip passes over it', async () => {
    await createNamespace('poisoned');
    const { rows } = await operator.database.pool.query(
      `SELECT stream_id FROM store.events WHERE type = 'accounts.namespace.created' AND data ->> 'name' = 'poisoned'`,
    );
    const streamId = rows[0].stream_id;
    const store = await EventStore.open(operator.database.pool);
    // A version of the product with a bug might write it.
    const broken = { type: 'accounts.namespace.renamed', schemaVersion: 1, data: { previousName: 'poisoned' } };
    const { position } = await store.append(appendRequest(to(streamId, 'exists', broken)));

    const parked = await eventually(async () => {
      const found = json(await waybill('projections', 'parked', 'namespaces_v2', '--json'));
      expect(found).toMatchObject([{ projection: 'namespaces_v2', streamId, position }]);
      return found;
    });
    expect(parked).toHaveLength(1);
    expect((await waybill('projections', 'status')).code).toBe(4);
    await createNamespace('not-held-up');

    const retry = await waybill('projections', 'retry', 'namespaces_v2', '--stream', streamId);
    expect(retry).toEqual({ code: 4, stdout: expect.stringContaining('still parked'), stderr: '' });
    const skip = await waybill('projections', 'skip', 'namespaces_v2', String(position), '--reason', 'a bug of 0.0.9');
    expect(skip).toEqual({ code: 0, stdout: `${streamId}: applied\n`, stderr: '' });
    expect(json(await waybill('projections', 'parked', '--json'))).toEqual([]);
    expect((await waybill('projections', 'status')).code).toBe(0);
    const { data } = await graphql(operator.server.graphqlUrl, '{ getNamespace(name: "poisoned") { name } }');
    expect(data.getNamespace).toEqual({ name: 'poisoned' });
  });

  it('verify finds nothing in sound read models, and names a row that was tampered with: 4', async () => {
    const sound = await waybill('projections', 'verify', '--json');
    expect(sound).toMatchObject({ code: 0, stderr: '' });
    expect(json(sound).flatMap((report: any) => report.differences)).toEqual([]);
    await operator.database.pool.query(`UPDATE read.namespaces_v2 SET name = 'tampered' WHERE name = 'acme'`);
    const tampered = await waybill('projections', 'verify', 'namespaces_v2', '--json');
    expect(tampered.code).toBe(4);
    expect(json(tampered)[0].differences).toHaveLength(1);
    expect((await waybill('projections', 'verify', 'namespaces_v2')).stdout).toContain('1 differences');
    await operator.database.pool.query(`UPDATE read.namespaces_v2 SET name = 'acme' WHERE name = 'tampered'`);
    const all = await waybill('projections', 'verify');
    expect(all).toMatchObject({
      code: 0,
      stderr: expect.stringContaining('SendPasswordResetEmail is a reactor: it keeps nothing that could be compared.'),
    });
  });
});
