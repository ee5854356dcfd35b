import { createTestStore, event, race, to, type TestStore } from '../../../test/kit/event-store.js';
import type { Condition } from './types.js';

describe('conditions on other streams', () => {
  let test: TestStore;
  beforeAll(async () => {
    test = await createTestStore();
    await test.append(to('there', 'none', event(), event()));
  });
  afterAll(() => test.drop());

  const cases: [Condition, boolean, number][] = [
    [{ streamId: 'there', version: 'exists' }, true, 2],
    [{ streamId: 'there', version: 2 }, true, 2],
    [{ streamId: 'there', version: 1 }, false, 2],
    [{ streamId: 'there', version: 0 }, false, 2],
    [{ streamId: 'absent', version: 'exists' }, false, 0],
    [{ streamId: 'absent', version: 1 }, false, 0],
    [{ streamId: 'absent', version: 0 }, true, 0],
  ];
  it.each(cases)('%j passes: %s', async (condition, passes, actual) => {
    const append = test.append(to(`by:${JSON.stringify(condition)}`, 'none', event()), { conditions: [condition] });
    if (passes) expect((await append).outcome).toBe('appended');
    else
      await expect(append).rejects.toMatchObject({
        streamId: condition.streamId,
        expected: condition.version || 'none',
        actual,
      });
  });

  it('leave an absent stream absent', async () => {
    await test.append(to('w1', 'none', event()), { conditions: [{ streamId: 'phantom', version: 0 }] });
    const exists = test.append(to('w2', 'none', event()), { conditions: [{ streamId: 'phantom', version: 'exists' }] });
    await expect(exists).rejects.toMatchObject({ actual: 0 });
    expect((await test.append(to('phantom', 'none', event()))).streams[0]!.version).toBe(1);
  });

  // A namespace is deleted on condition that it has no packages; a package is made on condition that its namespace
  // is at the version that was seen. Whoever comes second must see the first.
  it('make a deletion and a concurrent creation exclude each other', async () => {
    for (let n = 0; n < 25; n++) {
      const parent = `parent:${n}`;
      const child = `child:${n}`;
      await test.append(to(parent, 'none', event()));
      const { succeeded, failed } = await race([
        () => test.append(to(parent, 1, event({ deleted: true })), { conditions: [{ streamId: child, version: 0 }] }),
        () => test.append(to(child, 'none', event()), { conditions: [{ streamId: parent, version: 1 }] }),
      ]);
      expect(succeeded).toHaveLength(1);
      expect(failed).toMatchObject([{ name: 'ConcurrencyConflict' }]);
    }
  });

  // Each writes to the one stream and relies on the other: without locks both would pass.
  it.each([
    ['present', 1],
    ['absent', 0],
  ])('make two writers exclude each other that rely on each other’s streams being %s', async (state, version) => {
    for (let n = 0; n < 25; n++) {
      const [x, y] = [`${state}:x:${n}`, `${state}:y:${n}`];
      if (version > 0) await test.append([to(x, 'none', event()), to(y, 'none', event())]);
      const { succeeded } = await race([
        () => test.append(to(x, version, event()), { conditions: [{ streamId: y, version }] }),
        () => test.append(to(y, version, event()), { conditions: [{ streamId: x, version }] }),
      ]);
      expect(succeeded).toHaveLength(1);
    }
  });

  it('do not make writers with the same condition wait for each other', async () => {
    const holder = await test.pool.connect();
    try {
      await holder.query('BEGIN');
      await holder.query(`SELECT FROM store.streams WHERE stream_id = 'there' FOR SHARE`);
      const conditions: Condition[] = [{ streamId: 'there', version: 'exists' }];
      await expect(test.append(to('free', 'none', event()), { conditions })).resolves.toMatchObject({
        outcome: 'appended',
      });
    } finally {
      await holder.query('ROLLBACK');
      holder.release();
    }
  });
});
