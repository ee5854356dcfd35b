import { createTestStore, event, race, to, type TestStore } from '../../../test/kit/event-store.js';
import { limits } from './limits.js';
import { partitionOf } from './partition.js';
import { ConcurrencyConflict, type ExpectedVersion } from './types.js';

describe('append', () => {
  let test: TestStore;
  beforeAll(async () => void (test = await createTestStore()));
  afterAll(() => test.drop());

  it('writes to one stream, and reads back what was written', async () => {
    const result = await test.append(to('one', 'none', event({ n: 1 }), event({ text: 'ünïcode "quoted" \\ 😀' })));
    const partition = partitionOf('one', test.store.partitions);
    expect(result.outcome).toBe('appended');
    expect(result.streams).toEqual([{ streamId: 'one', version: 2, position: result.position, partition }]);

    const [first, second] = await test.store.readStream('one');
    expect(first).toEqual({
      position: expect.any(Number),
      partition,
      streamId: 'one',
      streamVersion: 1,
      type: 'test.thing.happened',
      schemaVersion: 1,
      data: { n: 1 },
      metadata: { actor: { kind: 'system', name: 'test' }, correlationId: 'test' },
      occurredAt: new Date('2026-11-25T12:34:56.789Z'),
    });
    expect(second).toMatchObject({
      streamVersion: 2,
      position: result.position,
      data: { text: 'ünïcode "quoted" \\ 😀' },
    });
    expect(await test.store.readStream('one', { afterVersion: 1 })).toEqual([second]);
    expect(await test.store.readStream('one', { upToPosition: first!.position })).toEqual([first]);
  });

  it('writes to several streams all or nothing, in the order given', async () => {
    const both = await test.append([
      to('z', 'none', event({ n: 1 }), event({ n: 2 })),
      to('a', 'none', event({ n: 3 })),
    ]);
    expect(both.streams).toMatchObject([{ streamId: 'z', version: 2 }, { streamId: 'a', version: 1 }]); // prettier-ignore
    const [z, a] = both.streams;
    expect(a!.position).toBeGreaterThan(z!.position);
    expect(both.position).toBe(a!.position);
    expect((await test.store.readStream('a'))[0]).toMatchObject({
      streamVersion: 1,
      position: a!.position,
      data: { n: 3 },
    });

    await expect(test.append([to('a', 1, event()), to('z', 7, event())])).rejects.toThrow(ConcurrencyConflict);
    expect(await test.store.readStream('a')).toHaveLength(1);
  });

  it('takes no event as well: the version is checked, and the head is told', async () => {
    const { position } = await test.append(to('quiet', 'none', event()));
    const result = await test.append(to('quiet', 1));
    expect(result).toMatchObject({ position, streams: [{ version: 1, position }] });
    await expect(test.append(to('quiet', 2))).rejects.toThrow(ConcurrencyConflict);
  });

  describe('enforces what is expected', () => {
    const cases: [ExpectedVersion, number, boolean][] = [
      ['none', 0, true],
      ['none', 2, false],
      ['exists', 0, false],
      ['exists', 2, true],
      ['any', 0, true],
      ['any', 2, true],
      [0, 0, true],
      [0, 2, false],
      [2, 0, false],
      [2, 2, true],
      [1, 2, false],
      [3, 2, false],
    ];
    // The second way goes through the pass over several streams, which is other code.
    it.each(cases.flatMap((one) => [[...one, 'alone'] as const, [...one, 'with another stream'] as const]))(
      '%s at version %i passes: %s (%s)',
      async (expected, version, passes, company) => {
        const streamId = `expected:${expected}:${version}:${company}`;
        if (version > 0) await test.append(to(streamId, 'none', ...Array.from({ length: version }, () => event())));
        const streams = [to(streamId, expected, event())];
        if (company !== 'alone') streams.push(to(`${streamId}:other`, 'any', event()));

        if (passes) {
          expect((await test.append(streams)).streams[0]!.version).toBe(version + 1);
          return;
        }
        const conflict = {
          name: 'ConcurrencyConflict',
          streamId,
          expected: expected === 0 ? 'none' : expected,
          actual: version,
        };
        await expect(test.append(streams)).rejects.toMatchObject(conflict);
        expect(await test.store.readStream(streamId)).toHaveLength(version);
      },
    );
  });

  it('lets all of 16 writers pass that expect nothing', async () => {
    const { succeeded } = await race(
      Array.from({ length: 16 }, (_, n) => () => test.append(to('busy', 'any', event({ n }), event({ n })))),
    );
    expect(succeeded).toHaveLength(16);
    const events = await test.store.readStream('busy');
    expect(events.map((one) => one.streamVersion)).toEqual(Array.from({ length: 32 }, (_, n) => n + 1));
    expect(events.map((one) => one.position)).toEqual(events.map((one) => one.position).sort((a, b) => a - b));
  });

  it('lets exactly one of several first writers win, and one of several with the same version', async () => {
    const first = await race(Array.from({ length: 8 }, () => () => test.append(to('raced', 'none', event()))));
    expect(first.succeeded).toHaveLength(1);
    expect(first.failed).toEqual(Array.from({ length: 7 }, () => expect.any(ConcurrencyConflict)));
    const second = await race(Array.from({ length: 8 }, () => () => test.append(to('raced', 1, event()))));
    expect(second.succeeded).toHaveLength(1);
  });

  it('never deadlocks on streams that are named in different orders', async () => {
    const ids = ['d1', 'd2', 'd3', 'd4'];
    const { failed } = await race(
      Array.from({ length: 24 }, (_, n) => () => {
        const order = n % 2 ? ids : [...ids].reverse();
        return test.append(
          order.slice(0, 3).map((id) => to(id, 'any', event())),
          { conditions: [{ streamId: order[3]!, version: n < 2 ? 0 : 'exists' }] },
        );
      }),
    );
    expect(failed.filter((error) => !(error instanceof ConcurrencyConflict))).toEqual([]);
  });

  describe('has limits', () => {
    const many = (count: number) => Array.from({ length: count }, (_, n) => n);

    it('of events', async () => {
      const events = many(limits.eventsPerAppend).map((n) => event({ n }));
      expect((await test.append(to('full', 'none', ...events))).streams[0]!.version).toBe(1000);
      await expect(test.append(to('full', 'any', ...events, event()))).rejects.toThrow(
        'At most 1000 events per append',
      );
    });

    it('of streams', async () => {
      const streams = many(limits.streamsPerAppend).map((n) => to(`wide:${n}`, 'none', event({ n })));
      expect((await test.append(streams)).streams).toHaveLength(100);
      expect(await test.store.readStream('wide:99')).toMatchObject([{ data: { n: 99 }, streamVersion: 1 }]);
      await expect(test.append([...streams, to('wide:100', 'none', event())])).rejects.toThrow('At most 100 streams');
    });

    it('of the size of an event', async () => {
      const room = limits.eventDataBytes - '{"text": ""}'.length;
      await test.append(to('large', 'none', event({ text: 'x'.repeat(room) })));
      const tooLarge = { name: 'Refusal', code: 'EVENT_TOO_LARGE', details: { maxBytes: limits.eventDataBytes } };
      for (const text of ['x'.repeat(room + 1), 'é'.repeat(room / 2 + 1)]) {
        await expect(test.append(to('large', 1, event(), event({ text })))).rejects.toMatchObject(tooLarge);
        await expect(test.append(to('large', 1, event({ text })))).rejects.toMatchObject(tooLarge);
      }
    });

    it('of names', async () => {
      await test.append(to('s'.repeat(limits.streamIdBytes), 'none', event()));
      await expect(test.append(to('s'.repeat(limits.streamIdBytes + 1), 'none', event()))).rejects.toThrow(RangeError);
      await expect(test.append(to('', 'none', event()))).rejects.toThrow(RangeError);
      await test.append(to('c', 'none', event({}, { take: ['k'.repeat(limits.claimKeyBytes)] })));
      const long = event({}, { take: ['k'.repeat(limits.claimKeyBytes + 1)] });
      await expect(test.append(to('c2', 'none', long))).rejects.toThrow(RangeError);
    });

    it('of sense: a stream once, and at least one', async () => {
      await expect(test.append([to('twice', 'any', event()), to('twice', 'any', event())])).rejects.toThrow(RangeError);
      const conditions = [{ streamId: 'twice', version: 0 }];
      await expect(test.append(to('twice', 'any', event()), { conditions })).rejects.toThrow(RangeError);
      await expect(test.append([])).rejects.toThrow(RangeError);
    });
  });

  it('refuses text that cannot be stored, wherever it is', async () => {
    const refusal = (field: string) => ({ code: 'INVALID_TEXT', details: { field } });
    const bad = 'x\0';
    await expect(test.append(to('t', 'any', event({ list: [bad] })))).rejects.toMatchObject(refusal('list.0'));
    await expect(test.append(to(bad, 'any', event()))).rejects.toMatchObject(refusal('streamId'));
    await expect(test.append(to('t', 'any', event({}, { take: [bad] })))).rejects.toMatchObject(
      refusal('claims.take.0'),
    );
    const metadata = { actor: { kind: 'system' as const, name: bad }, correlationId: '' };
    await expect(test.append(to('t', 'any', event()), { metadata })).rejects.toMatchObject(
      refusal('metadata.actor.name'),
    );
  });
});
