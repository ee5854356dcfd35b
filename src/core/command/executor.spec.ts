import { randomUUID } from 'node:crypto';
import { createTestDatabase, type TestDatabase } from '../../../test/kit/database.js';
import { eventually } from '../../../test/kit/eventually.js';
import { testSilos } from '../../../test/kit/instance.js';
import { generateRingKey, KeyRing } from '../crypto/key-ring.js';
import { errorCatalogue } from '../errors/catalogue.js';
import { Refusal } from '../errors/refusal.js';
import { eventTypes } from '../event-store/event-types.js';
import type { Actor, Event } from '../event-store/types.js';
import { openCore, type Core } from '../runtime/core.js';
import { aggregate, decides } from './aggregate.js';
import { command, type CommandBase } from './command.js';
import { decision, type Decision } from './decision.js';
import { Dispatcher, dispatchOf, executeFor } from './dispatcher.js';
import { CommandExecutor } from './executor.js';

const { refuse } = errorCatalogue({ TEST_LABEL_TAKEN: { message: 'taken', help: 'choose another' } });

type BoxEvent =
  | Event<'test.box.filled', { by: number }>
  | Event<'test.box.labelled', { label: string; previous: string | null }>
  | Event<'test.box.addressed', { hash: string }>;
type Box = { total: number; label: string | null };

const boxEvents = eventTypes<BoxEvent>({
  'test.box.filled': { version: 1 },
  'test.box.labelled': { version: 1 },
  'test.box.addressed': { version: 1 },
});

class Fill extends command('TestFill') {
  constructor(
    readonly streamId: string,
    readonly by: number,
    readonly onlyBeside?: string,
  ) {
    super();
  }
}
class Label extends command('TestLabel') {
  constructor(
    readonly streamId: string,
    readonly label: string,
  ) {
    super();
  }
}
class Address extends command('TestAddress') {
  constructor(
    readonly streamId: string,
    readonly email: string,
  ) {
    super();
  }
}

let decided: Box[] = [];
const evolve = (box: Box, event: BoxEvent): Box => {
  if (event.type === 'test.box.filled') return { ...box, total: box.total + event.data.by };
  return event.type === 'test.box.labelled' ? { ...box, label: event.data.label } : box;
};
const claim = (label: string, field = 'label') => ({
  kind: 'test-label',
  value: label,
  taken: () => refuse('TEST_LABEL_TAKEN', { field }),
});
const decisions = [
  decides(Fill, (box: Box, { by, onlyBeside }): Decision<BoxEvent> => {
    decided.push(box);
    const require = onlyBeside !== undefined && { require: { streamId: onlyBeside, version: 'exists' as const } };
    return decision<BoxEvent>(by !== 0 && { event: { type: 'test.box.filled', data: { by } } }, require);
  }),
  decides(Label, (box: Box, { label }): Decision<BoxEvent> => {
    const claims = { take: [claim(label)], release: box.label === null ? [] : [claim(box.label)] };
    return decision<BoxEvent>({ event: { type: 'test.box.labelled', data: { label, previous: box.label } }, claims });
  }),
  decides(Address, (_: Box, { email }): Decision<BoxEvent> => {
    const personal = { ...claim(email, 'email'), personal: true };
    return decision<BoxEvent>({
      event: { type: 'test.box.addressed', data: { hash: 'x' } },
      claims: { take: [personal] },
    });
  }),
];
const options = { name: 'box', events: boxEvents, initialState: { total: 0, label: null }, evolve, decisions };
const boxes = aggregate<Box, BoxEvent>(options);

let database: TestDatabase;
let core: Core;
let dispatcher: Dispatcher;
let box: string;
let count = 0;

beforeAll(async () => {
  database = await createTestDatabase();
  core = await openCore(
    database.pool,
    new KeyRing([generateRingKey()]),
    testSilos([{ name: 'test', aggregates: [boxes], projections: [] }]),
    () => undefined,
  );
  dispatcher = core.dispatcher(null);
});

beforeEach(() => {
  decided = [];
  box = `box-${++count}`;
});

afterEach(() => {
  // Methods that a test put in front of the store's own.
  for (const method of ['append', 'load']) delete (core.store as unknown as Record<string, unknown>)[method];
});

afterAll(() => database.drop());

const user = (userId: string): Actor => ({ kind: 'user', userId, isOperator: false, tokenId: 'session-1' });
const executeAs = (actor: Actor) =>
  executeFor(
    () => ({ actor, now: new Date(), correlationId: randomUUID() }),
    (given: CommandBase) => dispatcher.run(given),
  );
const execute = executeAs(user('user-1'));
const refusal = async (work: Promise<unknown>): Promise<{ code: string; field?: unknown }> => {
  const error: unknown = await work.then(
    () => new Error('It went through.'),
    (failure: unknown) => failure,
  );
  if (!(error instanceof Refusal)) throw error;
  return { code: error.code, ...('field' in error.details && { field: error.details.field }) };
};
/** The write side of a program that has this aggregate. */
const dispatcherOf = (box: typeof boxes): Dispatcher => {
  const { store, reader, codec, commandKeys: keys } = core;
  const silos = testSilos([{ name: 'test', aggregates: [box], projections: [] }]);
  return new Dispatcher(silos, new CommandExecutor({ store, reader, codec, keys, appended: () => undefined }), null);
};
const stateOf = async (streamId: string) => (await core.reader.load(boxes, streamId)).state;

/** Lets nobody append before that many have loaded: a race in which all see the same. */
function meetAfterLoading(parties: number): void {
  const load = core.store.load.bind(core.store);
  let missing = parties;
  let go!: () => void;
  const all = new Promise<void>((resolve) => (go = resolve));
  core.store.load = async (...args) => {
    const loaded = await load(...args);
    if (--missing === 0) go();
    if (missing >= 0) await all;
    return loaded;
  };
}

describe('what was done earlier', () => {
  const ask = (commandClass: typeof Fill | typeof Label, input: object, actor = user('user-1')) =>
    dispatcher.earlier(commandClass, dispatchOf({ actor, now: new Date(), correlationId: 'x' }, input));

  it('is told by the key of the command, and decides nothing', async () => {
    const input = { clientMutationId: randomUUID(), by: 1 };
    expect(await ask(Fill, input)).toBeNull();
    const { version, position } = await execute(new Fill(box, 1), input);
    await execute(new Fill(box, 2));
    decided = [];
    expect(await ask(Fill, input)).toMatchObject({ streamId: box, version, position, outcome: 'repeated' });
    expect(await ask(Label, input)).toBeNull();
    expect(await ask(Fill, input, user('user-2'))).toBeNull();
    expect(await ask(Fill, { by: 1 })).toBeNull();
    expect(decided).toEqual([]);
    expect(await refusal(ask(Fill, { ...input, by: 2 }))).toEqual({
      code: 'client_mutation_id_conflict',
      field: 'clientMutationId',
    });
  });
});

describe('optimistic retry', () => {
  it('lets two commands that raced on one stream both succeed, the second on the first one’s state', async () => {
    meetAfterLoading(2);
    const results = await Promise.all([execute(new Fill(box, 1)), execute(new Fill(box, 2))]);
    expect(results.map(({ version }) => version).sort()).toEqual([1, 2]);
    expect(await stateOf(box)).toMatchObject({ total: 3 });
    expect(decided).toHaveLength(3);
  });

  it('gives up with CONFLICT after too many lost races, and has written nothing', async () => {
    const append = core.store.append.bind(core.store);
    const rival = { type: 'test.box.filled', schemaVersion: 1, data: { by: 100 } };
    core.store.append = async (request) => {
      await append({ ...request, streams: [{ streamId: box, expected: 'any', events: [rival] }] });
      return append(request);
    };
    expect(await refusal(execute(new Fill(box, 1)))).toEqual({ code: 'CONFLICT' });
    expect(decided).toHaveLength(10);
    expect(await stateOf(box)).toMatchObject({ total: 1000 });
  });
});

describe('command keys', () => {
  const input = (clientMutationId: string | null, more: object = {}) => ({ clientMutationId, ...more });

  it('decides a repeat once, and answers with what was done the first time', async () => {
    const first = await execute(new Fill(box, 1), input('a'));
    await execute(new Fill(box, 5));
    expect(first).toMatchObject({ outcome: 'appended', version: 1, types: ['test.box.filled'] });
    expect(await execute(new Fill(box, 1), input('a'))).toEqual({ ...first, outcome: 'repeated', types: [] });
    // A repeat of a creation comes with a fresh id and is answered with the first one's.
    expect(await execute(new Fill(`${box}-again`, 1), input('a'))).toMatchObject({
      outcome: 'repeated',
      streamId: box,
    });
    expect(await stateOf(box)).toMatchObject({ total: 6 });
    expect(decided).toHaveLength(2);
  });

  it('lets one of two twins through, and answers the other with its result', async () => {
    meetAfterLoading(2);
    const results = await Promise.all([
      execute(new Fill(box, 1), input('twin')),
      execute(new Fill(box, 1), input('twin')),
    ]);
    expect(results.map(({ outcome }) => outcome).sort()).toEqual(['appended', 'repeated']);
    expect(results.map(({ version }) => version)).toEqual([1, 1]);
    expect(await stateOf(box)).toMatchObject({ total: 1 });
  });

  it('refuses the same key with other input, also from a twin', async () => {
    const conflict = { code: 'client_mutation_id_conflict', field: 'clientMutationId' };
    await execute(new Fill(box, 1), input('b', { by: 1 }));
    expect(await refusal(execute(new Fill(box, 2), input('b', { by: 2 })))).toEqual(conflict);

    meetAfterLoading(2);
    const twins = [1, 2].map((by) => execute(new Fill(box, by), input('c', { by })));
    const failed = (await Promise.allSettled(twins)).filter(
      ({ status }) => status === 'rejected',
    ) as PromiseRejectedResult[];
    expect(failed).toHaveLength(1);
    expect(await refusal(Promise.reject(failed[0]!.reason))).toEqual(conflict);
    expect(decided).toHaveLength(3);
  });

  it.each([[''], [null], [undefined]])('takes %p for no key', async (key) => {
    for (const by of [1, 2]) await execute(new Fill(box, by), { clientMutationId: key, by });
    expect(await stateOf(box)).toMatchObject({ total: 3 });
  });

  it('keeps actors and commands apart', async () => {
    const key = input('same');
    const actors: Actor[] = [
      user('user-1'),
      user('user-2'),
      { kind: 'anonymous' },
      { kind: 'system', name: 'a' },
      { kind: 'system', name: 'b' },
    ];
    for (const actor of actors)
      expect(await executeAs(actor)(new Fill(box, 1), key)).toMatchObject({ outcome: 'appended' });
    expect(await execute(new Label(box, `same ${box}`), key)).toMatchObject({ outcome: 'appended' });
    expect(await executeAs(user('user-2'))(new Fill(box, 1), key)).toMatchObject({ outcome: 'repeated' });
    expect(await stateOf(box)).toMatchObject({ total: 5 });
  });

  it('is the same input in another order, and with null for what is left out', async () => {
    await execute(new Fill(box, 1), {
      clientMutationId: 'd',
      by: 1,
      deep: { x: [1, { p: 1, q: null }], y: 'y' },
      left: null,
    });
    const again = { deep: { y: 'y', x: [1, { p: 1 }] }, by: 1, none: undefined, clientMutationId: 'd' };
    expect(await execute(new Fill(box, 1), again)).toMatchObject({ outcome: 'repeated' });
    const inAList = { ...again, deep: { y: 'y', x: [1, { p: 1 }, null] } };
    expect(await refusal(execute(new Fill(box, 1), inAList))).toMatchObject({ code: 'client_mutation_id_conflict' });
  });

  it('refuses a key that cannot be stored, by its field', async () => {
    expect(await refusal(execute(new Fill(box, 1), input('a\0b')))).toEqual({
      code: 'INVALID_TEXT',
      field: 'clientMutationId',
    });
    expect(await refusal(execute(new Fill(box, 1), input('😀'.repeat(200))))).toEqual({
      code: 'BAD_USER_INPUT',
      field: 'clientMutationId',
    });
    expect(await execute(new Fill(box, 1), input('é'.repeat(127)))).toMatchObject({ outcome: 'appended' });
  });
});

describe('claims', () => {
  it('refuses a taken one as the claim says, in whatever case', async () => {
    await execute(new Label(box, 'Mine'));
    expect(await refusal(execute(new Label(`${box}-b`, 'MINE')))).toEqual({ code: 'TEST_LABEL_TAKEN', field: 'label' });
    await execute(new Label(box, 'mine'));
    await execute(new Label(box, 'other'));
    expect(await execute(new Label(`${box}-b`, 'mine'))).toMatchObject({ outcome: 'appended' });
  });

  it('stores a personal one as a keyed hash only', async () => {
    await execute(new Address(box, 'Ada@Example.com'));
    expect(await refusal(execute(new Address(`${box}-b`, 'ada@example.COM')))).toEqual({
      code: 'TEST_LABEL_TAKEN',
      field: 'email',
    });
    const { rows } = await database.pool.query(
      `SELECT (SELECT string_agg(e::text, ' ') FROM store.events e) || (SELECT string_agg(c::text, ' ') FROM store.claims c) AS everything`,
    );
    expect(rows[0].everything).toContain('test-label:');
    expect(rows[0].everything.toLowerCase()).not.toContain('ada@example.com');
  });
});

it('holds the conditions on other streams', async () => {
  const other = `${box}-other`;
  expect(await refusal(execute(new Fill(box, 1, other)))).toEqual({ code: 'CONFLICT' });
  await execute(new Fill(other, 1));
  expect(await execute(new Fill(box, 1, other))).toMatchObject({ outcome: 'appended', version: 1 });
});

describe('snapshots', () => {
  const withPolicy = (stateVersion: number, change: Partial<typeof options> = {}) => ({
    ...options,
    ...change,
    snapshot: { stateVersion, everyEvents: 3 },
  });
  const fillOn = async (by: typeof boxes, n: number) => {
    const fill = new Fill(box, n);
    fill.dispatch = { meta: { actor: user('user-1'), now: new Date(), correlationId: 'x' } };
    return dispatcherOf(by).run(fill);
  };
  const snapshots = async () =>
    (
      await database.pool.query('SELECT state_version AS state FROM store.snapshots WHERE stream_id = $1 ORDER BY 1', [
        box,
      ])
    ).rows;

  it('give the state that all events give, and spare reading them', async () => {
    const kept = withPolicy(1);
    for (let n = 1; n <= 10; n++) {
      await fillOn(kept, n);
      const loaded = await core.reader.load(kept, box);
      expect(loaded.state).toEqual(await stateOf(box));
      expect(loaded.head.version).toBe(n);
      expect(loaded.eventsSinceSnapshot).toBeLessThanOrEqual(n);
    }
    await eventually(async () => expect((await core.reader.load(kept, box)).eventsSinceSnapshot).toBeLessThan(4));
    expect(decided.at(-1)).toEqual({ total: 45, label: null });
  });

  it('of an older state version are ignored', async () => {
    for (let n = 1; n <= 4; n++) await fillOn(withPolicy(1), n);
    await eventually(async () => expect(await snapshots()).toMatchObject([{ state: 1 }]));
    const doubled = withPolicy(2, {
      evolve: (state, event) =>
        event.type === 'test.box.filled' ? { ...state, total: state.total + 2 * event.data.by } : state,
    });
    expect((await core.reader.load(doubled, box)).state).toEqual({ total: 20, label: null });
    await fillOn(doubled, 5);
    await eventually(async () => expect((await snapshots()).map(({ state }) => state)).toEqual([1, 2]));
    expect((await core.reader.load(doubled, box)).state).toEqual({ total: 30, label: null });
    expect(await stateOf(box)).toEqual({ total: 15, label: null });
  });

  it('are refused at load time to an aggregate with sealed fields, unless it says that its state holds none of them', () => {
    const events = { ...boxEvents, 'test.box.addressed': { version: 1, sealed: ['hash'] } };
    expect(() =>
      aggregate({ ...options, name: 'sealed-box', events, snapshot: { stateVersion: 1, everyEvents: 3 } }),
    ).toThrow('sealed-box: test.box.addressed has sealed fields');
    const snapshot = { stateVersion: 1, everyEvents: 3, stateHoldsNothingSealed: true as const };
    expect(() => aggregate({ ...options, name: 'vouched-box', events, snapshot })).not.toThrow();
  });
});
