import { randomUUID } from 'node:crypto';
import { createTestDatabase, type TestDatabase } from '../../../test/kit/database.js';
import { eventually } from '../../../test/kit/eventually.js';
import { startInstance, system, testSilos, type TestInstance } from '../../../test/kit/instance.js';
import { aggregate, decides } from '../command/aggregate.js';
import { command, type CommandBase } from '../command/command.js';
import { decision } from '../command/decision.js';
import { executeFor } from '../command/dispatcher.js';
import type { Silo } from '../command/silo.js';
import { KeyRing, UnknownRingKey, generateRingKey } from '../crypto/key-ring.js';
import { Refusal } from '../errors/refusal.js';
import { projection, readTable } from '../projection/index.js';
import { listParked } from '../projection/operate.js';
import { openCore, type Core } from '../runtime/core.js';
import { eventTypes } from './event-types.js';
import type { Event } from './types.js';

type PersonEvent =
  | Event<'test.person.met', { email: string; nick: string; note: string | null }>
  | Event<'test.person.thanked', { by: string; words: string }>
  | Event<'test.person.erased', Record<string, never>>;

const personEvents = eventTypes<PersonEvent>({
  'test.person.met': { version: 1, sealed: ['email', 'note'] },
  // Sealed for somebody else than the stream.
  'test.person.thanked': { version: 1, sealed: ['words'], subject: (data) => data.by as string },
  'test.person.erased': { version: 1 },
});

class Meet extends command('TestMeet') {
  constructor(
    readonly streamId: string,
    readonly email: string,
  ) {
    super();
  }
}
class Thank extends command('TestThank') {
  constructor(
    readonly streamId: string,
    readonly by: string,
    readonly words: string,
  ) {
    super();
  }
}
class Erase extends command('TestErase') {
  constructor(readonly streamId: string) {
    super();
  }
}

type Person = { emails: string[]; words: string[] };

const people = aggregate<Person, PersonEvent>({
  name: 'person',
  events: personEvents,
  initialState: { emails: [], words: [] },
  evolve: (person, event) => {
    if (event.type === 'test.person.met') return { ...person, emails: [...person.emails, event.data.email] };
    return event.type === 'test.person.thanked' ? { ...person, words: [...person.words, event.data.words] } : person;
  },
  decisions: [
    decides(Meet, (_, { email }) =>
      decision<PersonEvent>({ event: { type: 'test.person.met', data: { email, nick: 'nick', note: null } } }),
    ),
    decides(Thank, (_, { by, words }) =>
      decision<PersonEvent>({ event: { type: 'test.person.thanked', data: { by, words } } }),
    ),
    decides(Erase, () =>
      decision<PersonEvent>({ event: { type: 'test.person.erased', data: {} } }, { eraseSubject: true }),
    ),
  ],
});

type PersonRow = { id: string; email: string };
const rows = projection<PersonRow, PersonEvent>({
  table: readTable<PersonRow>({ name: 'test_people', version: 1, columns: { email: { type: 'text' } } }),
  events: personEvents,
  on: {
    'test.person.met': (event) => ({ id: event.streamId, email: event.data.email }),
    'test.person.erased': (event) => ({ id: event.streamId, email: '' }),
  },
});
const silo: Silo = { name: 'test', aggregates: [people], projections: [rows] };

const [oldKey, newKey] = [generateRingKey(), generateRingKey()];
let database: TestDatabase;
let core: Core;

const open = (...keys: string[]) => openCore(database.pool, new KeyRing(keys), testSilos([silo]), () => undefined);

beforeEach(async () => {
  database = await createTestDatabase();
  core = await open(oldKey);
});

afterEach(() => database.drop());

const execute = (command: CommandBase) =>
  executeFor(
    () => ({ actor: system, now: new Date(), correlationId: randomUUID() }),
    (given) => core.dispatcher(null).run(given),
  )(command);
const stateOf = async (id: string, from = core) => (await from.reader.load(people, id)).state;
const whole = async () =>
  (await database.pool.query(`SELECT string_agg(data::text, ' ') AS text FROM store.events`)).rows[0].text as string;
const read = async (id: string) => (await core.readStream(id, Number.MAX_SAFE_INTEGER)).map(({ data }) => data);
const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => 'done',
    (error: unknown) => (error instanceof Refusal ? error.code : error),
  );

it('seals what the types say and nothing else, and opens it on every way of reading', async () => {
  await execute(new Meet('person-1', 'ada@example.com'));
  expect(await whole()).not.toContain('ada@example.com');
  expect(await whole()).toContain('nick');
  expect(await read('person-1')).toEqual([{ email: 'ada@example.com', nick: 'nick', note: null }]);
  expect(await stateOf('person-1')).toMatchObject({ emails: ['ada@example.com'] });
  const pages = await Promise.all(
    Array.from({ length: 8 }, (_, partition) =>
      core.readPartition({ partition, after: 0, upTo: 99, types: Object.keys(personEvents), limit: 9 }),
    ),
  );
  expect(pages.flatMap(({ events }) => events.map(({ data }) => data))).toEqual([
    { email: 'ada@example.com', nick: 'nick', note: null },
  ]);
});

it('refuses a text that no read table could hold before it is sealed, and writes nothing', async () => {
  for (const words of ['a\0b', 'a\ud800'])
    await expect(execute(new Thank('person-9', 'person-9', words))).rejects.toMatchObject({
      code: 'INVALID_TEXT',
      details: { field: 'words' },
    });
  const { rows } = await database.pool.query(`SELECT 1 FROM store.events WHERE stream_id = 'person-9'`);
  expect(rows).toEqual([]);
});

it('makes one data key per subject, however many events follow', async () => {
  for (let n = 1; n <= 3; n++) await execute(new Meet('person-1', `${n}@example.com`));
  await Promise.all(Array.from({ length: 4 }, (_, n) => execute(new Meet('person-2', `${n}@example.com`))));
  const { rows: keys } = await database.pool.query(
    `SELECT subject FROM store.data_keys WHERE subject LIKE 'person-%' ORDER BY 1`,
  );
  expect(keys).toEqual([{ subject: 'person-1' }, { subject: 'person-2' }]);
  expect((await stateOf('person-2')).emails).toHaveLength(4);
});

it('seals for a subject whose key another stream has made', async () => {
  await execute(new Meet('person-1', 'ada@example.com'));
  for (const words of ['thanks', 'again']) await execute(new Thank('person-2', 'person-1', words));
  expect(await stateOf('person-2')).toMatchObject({ words: ['thanks', 'again'] });
  await execute(new Erase('person-1'));
  expect(await stateOf('person-2')).toMatchObject({ words: ['erased', 'erased'] });
  expect(await codeOf(execute(new Thank('person-2', 'person-1', 'never')))).toBe('ERASED');
});

it('reads the first events of many streams, opened', async () => {
  for (const n of [1, 2]) {
    await execute(new Meet(`person-${n}`, `${n}@example.com`));
    await execute(new Meet(`person-${n}`, 'later@example.com'));
  }
  await execute(new Erase('person-2'));
  const first = await core.reader.readFirst(people, ['person-1', 'person-2', 'person-3']);
  expect([...first].map(([id, { type, data }]) => [id, type, data]).sort()).toEqual([
    ['person-1', 'test.person.met', { email: '1@example.com', nick: 'nick', note: null }],
    ['person-2', 'test.person.met', { email: 'erased', nick: 'nick', note: null }],
  ]);
  expect(await core.reader.readFirst(people, [])).toEqual(new Map());
});

it('gives `erased` once the key is destroyed, and leaves the log as it was', async () => {
  await execute(new Meet('person-1', 'ada@example.com'));
  const before = await whole();
  await execute(new Erase('person-1'));
  expect(await read('person-1')).toEqual([{ email: 'erased', nick: 'nick', note: null }, {}]);
  expect(await stateOf('person-1')).toMatchObject({ emails: ['erased'] });
  expect(await whole()).toBe(`${before} {}`);
  expect(await codeOf(execute(new Meet('person-1', 'back@example.com')))).toBe('ERASED');
});

it('re-wraps all data keys without touching an event, after which the old ring key is not needed', async () => {
  for (let n = 1; n <= 3; n++) await execute(new Meet(`person-${n}`, `${n}@example.com`));
  await execute(new Erase('person-3'));
  const log = async () =>
    (await database.pool.query('SELECT position, data, metadata, xmin::text FROM store.events ORDER BY 1')).rows;
  const before = await log();

  const ring = new KeyRing([newKey, oldKey]);
  const both = await openCore(database.pool, ring, testSilos([silo]), () => undefined);
  expect(await stateOf('person-1', both)).toMatchObject({ emails: ['1@example.com'] });
  // Two persons and the system's own keys; the erased one has none.
  const subjects = (await database.pool.query('SELECT subject FROM store.data_keys WHERE wrapped IS NOT NULL')).rows;
  expect(subjects.filter(({ subject }) => subject.startsWith('person-'))).toHaveLength(2);
  const all = subjects.length;
  expect(await both.dataKeys.rewrap(ring.firstKeyId)).toEqual({
    rewrapped: all,
    byRingKey: { [ring.firstKeyId]: all },
  });
  expect(await both.dataKeys.rewrap(ring.firstKeyId)).toMatchObject({ rewrapped: 0 });
  expect(await log()).toEqual(before);

  const after = await open(newKey);
  expect(await stateOf('person-1', after)).toMatchObject({ emails: ['1@example.com'] });
  expect(await stateOf('person-3', after)).toMatchObject({ emails: ['erased'] });
  await expect(core.reader.load(people, 'person-1')).rejects.toBeInstanceOf(UnknownRingKey);
  await expect(open(oldKey)).rejects.toBeInstanceOf(UnknownRingKey);
});

describe('a stream that cannot be decoded', () => {
  let instance: TestInstance;
  const start = async () =>
    (instance = await startInstance(database.url, [silo], { ring: new KeyRing([oldKey]), runner: { renewMs: 50 } }));
  const seen = async () => (await database.pool.query('SELECT id, email FROM read.test_people_v1 ORDER BY 1')).rows;

  afterEach(() => instance.stop());

  it.each([
    ['its data key is damaged', `UPDATE store.data_keys SET wrapped = 'gAAAAA' WHERE subject = 'person-1'`],
    [
      'its data key is another one’s',
      `UPDATE store.data_keys SET wrapped = (SELECT wrapped FROM store.data_keys WHERE subject = 'person-2') WHERE subject = 'person-1'`,
    ],
  ])('is parked alone: %s', async (_, damage) => {
    for (let n = 1; n <= 3; n++) await execute(new Meet(`person-${n}`, `${n}@example.com`));
    await database.pool.query(damage);
    await start();
    const others = [2, 3].map((n) => ({ id: `person-${n}`, email: `${n}@example.com` }));
    await eventually(async () => expect(await seen()).toEqual(others));
    await eventually(async () =>
      expect(await listParked(database.pool)).toMatchObject([{ streamId: 'person-1', projection: 'test_people_v1' }]),
    );
    await expect(execute(new Meet('person-1', 'x@example.com'))).rejects.not.toBeInstanceOf(Refusal);
  });

  it('is parked alone: a newer program wrote it', async () => {
    await core.store.append({
      streams: [
        { streamId: 'person-1', expected: 'none', events: [{ type: 'test.person.met', schemaVersion: 2, data: {} }] },
      ],
      metadata: { actor: system, correlationId: 'x' },
      occurredAt: new Date(),
    });
    await execute(new Meet('person-2', '2@example.com'));
    await start();
    await eventually(async () => expect(await seen()).toEqual([{ id: 'person-2', email: '2@example.com' }]));
    await eventually(async () =>
      expect(await listParked(database.pool)).toMatchObject([
        { streamId: 'person-1', error: expect.stringContaining('schema version 2') },
      ]),
    );
  });

  it('waits, and is not given up, while the key ring lacks the key that wraps it', async () => {
    await execute(new Meet('person-1', '1@example.com'));
    const { rows: kept } = await database.pool.query(
      `SELECT wrapped, ring_key_id FROM store.data_keys WHERE subject = 'person-1'`,
    );
    const foreign = new KeyRing([newKey]).wrap(Buffer.alloc(32));
    const wrapWith = (wrapped: string, id: string) =>
      database.pool.query(`UPDATE store.data_keys SET wrapped = $1, ring_key_id = $2 WHERE subject = 'person-1'`, [
        wrapped,
        id,
      ]);
    await wrapWith(foreign.wrapped, foreign.ringKeyId);
    await start();
    await eventually(() => expect(instance.logged.some(({ level }) => level === 'warn')).toBe(true));
    expect(await listParked(database.pool)).toEqual([]);
    await wrapWith(kept[0].wrapped, kept[0].ring_key_id);
    await eventually(async () => expect(await seen()).toEqual([{ id: 'person-1', email: '1@example.com' }]));
  });
});
