import { gunzipSync, gzipSync } from 'node:zlib';
import { exported, forged, imported, linesOf } from '../../../test/kit/bundles.js';
import { createTestDatabase, type TestDatabase } from '../../../test/kit/database.js';
import { createTestStore, event, to, type TestStore } from '../../../test/kit/event-store.js';
import { generateRingKey, KeyRing } from '../crypto/key-ring.js';
import { DataKeys } from '../event-store/data-keys.js';
import { eventTypes } from '../event-store/event-types.js';
import { partitionOf } from '../event-store/partition.js';
import { verifyLog } from '../event-store/verify-log.js';
import { ImportRefused } from './empty-store.js';
import { BundleRefused } from './format.js';
import type { ImportOptions } from './import-log.js';

const types = eventTypes({ 'test.thing.happened': { version: 1 } } as never);
const ring = new KeyRing([generateRingKey()]);
let source: TestStore;
let target: TestDatabase;
let bundle: Buffer;

beforeAll(async () => {
  source = await createTestStore();
  const keys = new DataKeys(source.pool, ring);
  await keys.system('system:hashes');
  const commandKey = { scope: 'anonymous', command: 'Do', key: 'k', inputHash: Buffer.from('00ff', 'hex') };
  const first = event({ text: 'tab\t line\n \\ "quoted" \u{1F600}' }, { take: ['name:a', 'name:b'] });
  await source.append(to('a', 'none', first, event({ n: 1e21, small: 1.5e-7 })), {
    commandKey,
    dataKeys: [keys.make('a').stored, keys.make('gone').stored],
  });
  await source.append(
    [to('a', 2, event({}, { release: ['name:b'] })), to('b', 'none', event({}, { take: ['name:b'] }))],
    {
      eraseSubjects: ['gone'],
      conditions: [{ streamId: 'absent', version: 0 }],
    },
  );
  await source.store.drawNumber('thing');
  await source.pool.query(`SELECT nextval('store.event_position')`);
  await source.append(to('a', 3, event()));
  await source.pool.query(
    `INSERT INTO store.skipped_events (projection, position, reason, skipped_by) VALUES ('things_v1', 2, 'bad', 'operator')`,
  );
  ({ bundle } = await exported(source.url));
});
beforeAll(async () => void (target = await createTestDatabase()));
afterAll(async () => {
  await target.drop();
  await source.drop();
});

/** What is refused leaves the target as it was; what is not needs another one. */
async function useFreshTarget(): Promise<void> {
  await target.drop();
  target = await createTestDatabase();
}

const options = (more: Partial<ImportOptions> = {}): ImportOptions => ({
  url: target.url,
  ring,
  eventTypes: types,
  silentReactors: [],
  ...more,
});

const copied = [
  'events',
  'claims',
  'command_keys',
  'data_keys',
  'numbers',
  'skipped_events',
  `streams WHERE version > 0`,
];

/** Every row of what a log consists of, as text. */
async function contents({ pool }: Pick<TestDatabase, 'pool'>): Promise<Record<string, string[]>> {
  const found: Record<string, string[]> = {};
  for (const table of copied) {
    const { rows } = await pool.query(`SELECT t::text AS row FROM (SELECT * FROM store.${table}) t ORDER BY 1`);
    found[table] = rows.map(({ row }) => row);
  }
  return found;
}

async function refusal(attempt: Promise<unknown>): Promise<Error> {
  const error = await attempt.then(
    () => new Error('was not refused'),
    (reason: Error) => reason,
  );
  const { rows } = await target.pool.query(
    `SELECT (SELECT count(*)::int FROM store.events) AS events, (SELECT count(*)::int FROM store.data_keys) AS keys,
       (SELECT is_called FROM store.event_position) AS drawn`,
  );
  expect(rows).toEqual([{ events: 0, keys: 0, drawn: false }]);
  return error;
}

it('makes the same log, row by row, under a name of its own', async () => {
  await useFreshTarget();
  const before = await target.pool.query('SELECT store.incarnation() AS id');
  const report = await imported(bundle, options({ silentReactors: ['SendThings'] }));
  expect(report).toEqual({ events: 5, streams: 2, claims: 2, dataKeys: 3, head: 6 });
  expect(await contents(target)).toEqual(await contents(source));
  expect((await verifyLog(target.pool)).findings).toEqual([]);
  expect((await target.pool.query('SELECT store.incarnation() AS id')).rows).toEqual(before.rows);

  const checkpoints = await target.pool.query(
    'SELECT projection, position::int, count(*)::int FROM store.checkpoints GROUP BY 1, 2',
  );
  expect(checkpoints.rows).toEqual([{ projection: 'SendThings', position: 6, count: 8 }]);
  const next = await target.pool.query(`SELECT nextval('store.event_position')::int AS position`);
  expect(next.rows).toEqual([{ position: 7 }]);
  const drawn = await target.pool.query(`SELECT safe::int, last::int FROM store.safe_head()`);
  expect(drawn.rows).toEqual([{ safe: 7, last: 7 }]);
});

it('takes over the partition count, and leaves nobody the right to change it', async () => {
  await useFreshTarget();
  const of16 = linesOf(bundle);
  of16[0].facts.partitions = 16;
  for (const row of of16) if (row.stream_id) row.partition = partitionOf(row.stream_id, 16);
  await imported(forged(of16), options());
  expect((await target.pool.query('SELECT partitions FROM store.settings')).rows).toEqual([{ partitions: 16 }]);
  await expect(target.pool.query('SELECT store.set_partitions(4::smallint)')).rejects.toMatchObject({ code: 'WB100' });
  const { rows } = await target.pool.query(
    `SELECT FROM pg_attribute WHERE attrelid = 'store.settings'::regclass AND attacl::text LIKE '%w%'`,
  );
  expect(rows).toEqual([]);
});

it('without keys: subjects are erased for ever, and the installation keeps its own keys', async () => {
  await useFreshTarget();
  await new DataKeys(target.pool, new KeyRing([generateRingKey()])).system('system:hashes');
  const own = await target.pool.query('SELECT * FROM store.data_keys');
  const { bundle: keyless } = await exported(source.url, { withKeys: false });
  await imported(keyless, options({ ring: null }));
  const { rows } = await target.pool.query('SELECT * FROM store.data_keys ORDER BY subject');
  expect(rows.map(({ subject, wrapped, erased_at: at }) => [subject, wrapped === null, at !== null])).toEqual([
    ['a', true, true],
    ['gone', true, true],
    ['system:hashes', false, false],
  ]);
  expect(rows[2]).toEqual(own.rows[0]);
  expect((await target.pool.query('SELECT FROM store.command_keys')).rows).toEqual([]);
});

describe('refuses, and writes nothing,', () => {
  beforeAll(useFreshTarget);

  it('while a process runs', async () => {
    const { rows } = await target.pool.query(
      'SELECT pid, backend_start::text FROM pg_stat_activity WHERE pid = pg_backend_pid()',
    );
    await target.pool.query(
      `SELECT FROM store.renew_process(gen_random_uuid(), 'host:1', $1, $2, 60000, 8::smallint, ARRAY['x_v1'])`,
      [rows[0].pid, rows[0].backend_start],
    );
    expect((await refusal(imported(bundle, options()))).message).toBe(
      'Stop all processes first: host:1. Nothing was written.',
    );
    await target.pool.query('DELETE FROM store.processes');
  });

  it.each([
    [
      'another ring',
      () => new KeyRing([generateRingKey()]),
      /the one here has no key [0-9a-f]{8}\. .*"keys".*WAYBILL_KEYS/,
    ],
    ['no ring', () => null, 'there is none here'],
  ])('with %s', async (_, other, message) => {
    const error = await refusal(imported(bundle, options({ ring: other() })));
    expect(error).toBeInstanceOf(ImportRefused);
    expect(error.message).toMatch(message);
  });

  it.each([
    ['what is no bundle', () => gzipSync('hello\n'), 'at line 1: it is no JSON'],
    ['what is no gzip', () => Buffer.from('hello, this is a text file\n'), 'it is not whole, or no gzip file'],
    ['another JSON', () => gzipSync('{"a":1}\n'), 'this is no bundle of Waybill'],
    ['nothing', () => gzipSync(''), 'at line 1: it is cut off here'],
    ['a line without end', () => gzipSync('x'.repeat(5_000_000)), 'a line has more than'],
    [
      'a newer format',
      () => edited((lines) => (lines[0].version = 2)),
      'its format has version 2; this Waybill knows 1',
    ],
    [
      'a part of a backup',
      () => edited((lines) => (lines[0].kind = 'platform')),
      'it holds platform, where log is expected',
    ],
    ['a file that was cut', () => bundle.subarray(0, bundle.length - 20), 'it is not whole'],
    ['lines that were cut', () => gzipSync(gunzipSync(bundle).subarray(0, -40)), 'at line 19: it is no JSON'],
    ['lines without the end', () => forgedWithout(-1), 'it is cut off here'],
    ['an event less', () => forgedWithout(-2), 'it has 4 rows of events; its end says 5'],
    ['a changed value', () => gzipSync(gunzipSync(bundle).toString().replace('"tab', '"tob')), 'its SHA-256 is not'],
    [
      'something after the end',
      () => gzipSync(Buffer.concat([gunzipSync(bundle), Buffer.from('{}\n')])),
      'after the end',
    ],
    [
      'sections in another order',
      () => edited((lines) => ([lines[1], lines[5]] = [lines[5], lines[1]])),
      'the section "data_keys" is expected',
    ],
  ])('%s', async (_, make, message) => {
    const error = await refusal(imported(make(), options()));
    expect(error).toBeInstanceOf(BundleRefused);
    expect(error.message).toContain(message);
  });

  it.each<[string, (events: any[]) => unknown, string]>([
    [
      'a gap in a stream',
      ([, second]) => (second.stream_version = 7),
      'position 2: the stream a has version 7 where 2 must follow',
    ],
    [
      'versions in another order',
      ([first, second]) => ([first.stream_version, second.stream_version] = [2, 1]),
      'position 1: the stream a has version 2 where 1 must follow',
    ],
    [
      'a version twice',
      ([, , , , last]) => (last.stream_version = 3),
      'at line 18: duplicate key value violates unique constraint "events_stream_version": Key (stream_id, stream_version)=(a, 3) already exists.',
    ],
    ['a position twice', ([, second]) => (second.position = 1), 'at line 15: position 1 does not come after 1'],
    ['positions that fall', ([, , third]) => (third.position = 1), 'at line 16: position 1 does not come after 2'],
    ['a position beyond the head', ([, , , , last]) => (last.position = 99), 'position 99 is beyond the head, 6'],
    ['a position that is none', ([first]) => (first.position = '1'), 'at line 14: it has no position'],
    ['another partition', ([first]) => (first.partition = (first.partition + 1) % 8), 'position 1: its partition is'],
    [
      'a stream id that is too long',
      ([first]) => (first.stream_id = 'x'.repeat(201)),
      'its stream id has not 1 to 200 bytes',
    ],
    [
      'an unknown type',
      ([first]) => (first.type = 'test.thing.unknown'),
      'does not know test.thing.unknown with schema version 1',
    ],
    [
      'a schema of a newer Waybill',
      ([first]) => (first.schema_version = 2),
      'does not know test.thing.happened with schema version 2',
    ],
    [
      'data that is too large',
      ([first]) => (first.data = { text: 'x'.repeat(262_144) }),
      'position 1: its data has 262156 bytes; at most 262144',
    ],
    ['data that is no object', ([first]) => (first.data = [1]), 'position 1: its data is no object'],
    [
      'a character that Postgres cannot store',
      ([first]) => (first.data = { text: '\0' }),
      'at line 14: unsupported Unicode escape sequence',
    ],
    ['no actor', ([first]) => delete first.metadata.actor, 'its metadata names no actor'],
    ['claims of another form', ([first]) => (first.metadata.claims = { take: 'name:a' }), 'its claims are no lists'],
    ['no time', ([first]) => (first.occurred_at = 'yesterday'), 'it has no time'],
  ])('%s, by its place', async (_, damage, message) => {
    const changed = edited((lines) => damage(lines.filter((line) => line.stream_id)));
    const error = await refusal(imported(changed, options()));
    expect(error).toBeInstanceOf(BundleRefused);
    expect(error.message).toContain(message);
  });

  it('what is interrupted', async () => {
    const interruption = new AbortController();
    const attempt = imported(bundle, options({ signal: interruption.signal, onEvents: () => interruption.abort() }));
    expect((await refusal(attempt)).name).toBe('AbortError');
  });

  it('a log that is not empty', async () => {
    await useFreshTarget();
    await imported(bundle, options());
    const before = await contents(target);
    await expect(imported(bundle, options())).rejects.toThrow(ImportRefused);
    await expect(imported(bundle, options())).rejects.toThrow('The log here is not empty');
    expect(await contents(target)).toEqual(before);
  });
});

function edited(edit: (lines: any[]) => unknown): Buffer {
  const lines = linesOf(bundle);
  edit(lines);
  return forged(lines);
}

/** Without the line at a place, counted from the end. */
function forgedWithout(place: number): Buffer {
  const lines = linesOf(bundle);
  const end = lines.at(-1);
  lines.splice(place, 1);
  return place === -1
    ? gzipSync(lines.map((line) => `${JSON.stringify(line)}\n`).join(''))
    : forged([...lines.slice(0, -1), end]);
}
