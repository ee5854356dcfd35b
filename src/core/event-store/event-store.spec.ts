import pg from 'pg';
import { createTestStore, event, race, to, type TestStore } from '../../../test/kit/event-store.js';
import { EventStore } from './event-store.js';
import { countStatements, createPool } from './pool.js';
import { positionFrom } from './rows.js';

describe('event store', () => {
  let test: TestStore;
  beforeAll(async () => void (test = await createTestStore()));
  afterAll(() => test.drop());

  describe('load', () => {
    it('gives heads and events of several streams in one statement', async () => {
      const { position } = await test.append([
        to('l1', 'none', event({ n: 1 }), event({ n: 2 })),
        to('l2', 'none', event()),
      ]);
      const pool = createPool({ url: test.url, max: 1, role: 'read' });
      let statements = 0;
      countStatements(pool, () => statements++);
      const store = await EventStore.open(pool);
      expect(statements).toBe(1);
      const { streams } = await store.load(['l1', 'l2', 'l3'], undefined, { afterVersion: { l1: 1 } });
      expect(statements).toBe(2);
      await pool.end();

      expect(streams.get('l1')).toMatchObject({ head: { version: 2 }, events: [{ streamVersion: 2, data: { n: 2 } }] });
      expect(streams.get('l2')!.head.position).toBe(position);
      expect(streams.get('l3')).toEqual({
        head: { streamId: 'l3', version: 0, position: 0, partition: expect.any(Number) },
        events: [],
      });
    });

    it('gives a snapshot of the asked state version, and only the events after it', async () => {
      await test.append(to('snap', 'none', event(), event(), event()));
      await test.store.saveSnapshot('snap', 7, 2, { sum: 2 });
      const load = async (stateVersion: number, afterVersion = 0) => {
        const options = { stateVersion: { snap: stateVersion }, afterVersion: { snap: afterVersion } };
        const { snapshot, events } = (await test.store.load(['snap'], undefined, options)).streams.get('snap')!;
        return { snapshot, versions: events.map((one) => one.streamVersion) };
      };
      const snapshot = { stateVersion: 7, streamVersion: 2, state: { sum: 2 } };
      expect(await load(7)).toEqual({ snapshot, versions: [3] });
      expect(await load(8)).toEqual({ snapshot: undefined, versions: [1, 2, 3] });
      expect(await load(7, 2)).toEqual({ snapshot: undefined, versions: [3] });

      await test.store.saveSnapshot('snap', 7, 1, { sum: 1 });
      expect((await load(7)).snapshot).toEqual(snapshot);
      await test.store.saveSnapshot('snap', 7, 3, { sum: 3 });
      expect(await load(7)).toMatchObject({ snapshot: { state: { sum: 3 } }, versions: [] });
    });
  });

  describe('data keys', () => {
    const key = (subject: string) => ({ subject, wrapped: `wrapped ${subject}`, ringKeyId: 'ring-1' });

    it('are stored with the events and loaded with them', async () => {
      await test.append(to('k1', 'none', event()), { dataKeys: [key('s1'), key('s2')] });
      const { dataKeys } = await test.store.load(['k1'], undefined, { subjects: ['s1', 'unknown'] });
      expect([...dataKeys.values()]).toEqual([{ ...key('s1'), erasedAt: null }]);
    });

    it('are made once: the second writer conflicts and reloads', async () => {
      const { succeeded, failed } = await race(
        ['a', 'b'].map((id) => () => test.append(to(`k2${id}`, 'none', event()), { dataKeys: [key('raced')] })),
      );
      expect(succeeded).toHaveLength(1);
      expect(failed).toMatchObject([{ name: 'ConcurrencyConflict', streamId: 'raced' }]);
    });

    it('are destroyed for an erased subject, for ever', async () => {
      await test.append(to('k3', 'none', event()), { dataKeys: [key('gone')] });
      await test.append(to('k3', 1, event()), { eraseSubjects: ['gone', 'never-sealed'] });
      const { dataKeys } = await test.store.load(['k3'], undefined, { subjects: ['gone'] });
      expect(dataKeys.get('gone')).toEqual({
        subject: 'gone',
        wrapped: null,
        ringKeyId: null,
        erasedAt: expect.any(Date),
      });
      for (const subject of ['gone', 'never-sealed']) {
        const again = test.append(to('k3', 'any', event()), { dataKeys: [key(subject)] });
        await expect(again).rejects.toMatchObject({ name: 'SubjectErased', subject });
      }
      await test.append(to('k3', 2, event()), { eraseSubjects: ['gone'] });
    });
  });

  it('draws numbers that are unique in all processes, from 1, per kind', async () => {
    expect(await test.store.drawNumber('app')).toBe(1);
    const stores = await Promise.all([1, 2, 3].map(() => EventStore.open(test.pool)));
    const drawn = await Promise.all(
      stores.flatMap((store) => Array.from({ length: 50 }, () => store.drawNumber('app'))),
    );
    expect(new Set([...drawn, 1]).size).toBe(151);
    expect(Math.max(...drawn)).toBeLessThanOrEqual(20 * (1 + 3 * 3));
    expect(await test.store.drawNumber('user')).toBe(1);
  });

  it('draws nothing more from before the database was away, when it came back as it was earlier', async () => {
    expect(await test.store.drawNumber('page')).toBe(1);
    await test.pool.query(`DELETE FROM store.numbers WHERE kind = 'page'`);
    test.store.forgetNumbers();
    expect(await test.store.drawNumber('page')).toBe(1);
  });

  it('survives a table that changes under its prepared statements, on every connection', async () => {
    const pool = new pg.Pool({ connectionString: test.url, max: 2 });
    const alter = (type: string) =>
      test.pool.query(`ALTER TABLE store.events ALTER COLUMN schema_version TYPE ${type}`);
    try {
      const store = await EventStore.open(pool);
      const both = () => Promise.all([store.readStream('alter'), store.readStream('alter'), store.load(['alter'])]);
      await store.append({
        streams: [to('alter', 'none', event())],
        metadata: { actor: { kind: 'anonymous' }, correlationId: '' },
        occurredAt: new Date(),
      });
      await both();
      await alter('integer');
      expect((await both())[0]).toHaveLength(1);
      await alter('smallint');
      expect((await both())[0]).toHaveLength(1);
    } finally {
      await pool.end();
    }
  });

  it('refuses a position that a number cannot hold', () => {
    expect(positionFrom('9007199254740991')).toBe(Number.MAX_SAFE_INTEGER);
    expect(() => positionFrom('9007199254740993')).toThrow('cannot be held exactly');
  });
});
