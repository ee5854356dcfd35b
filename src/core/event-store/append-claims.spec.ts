import { createTestStore, event, race, to, type TestStore } from '../../../test/kit/event-store.js';
import { readPage } from '../feed/store-feed.js';
import { applyClaims } from './claims.js';

describe('claims in append', () => {
  let test: TestStore;
  beforeEach(async () => void (test = await createTestStore()));

  // Whatever a test did: the table is what the log says.
  afterEach(async () => {
    const owners = new Map<string, string>();
    const log = await readPage(test.pool, { after: 0, upTo: Number.MAX_SAFE_INTEGER, limit: 10_000 });
    for (const one of log) applyClaims(owners, one);
    expect(await claims()).toEqual(Object.fromEntries(owners));
    await test.drop();
  });

  async function claims(): Promise<Record<string, string>> {
    const { rows } = await test.pool.query('SELECT key, stream_id FROM store.claims');
    return Object.fromEntries(rows.map((row) => [row.key, row.stream_id]));
  }

  const take = (...keys: string[]) => event({}, { take: keys });
  const release = (...keys: string[]) => event({}, { release: keys });
  const rename = (from: string, into: string) => event({}, { take: [into], release: [from] });

  it('are taken with the event, recorded with it, and refuse another', async () => {
    await test.append(to('x', 'none', take('a')));
    expect((await test.store.readStream('x'))[0]!.metadata.claims).toEqual({ take: ['a'] });
    await expect(test.append(to('y', 'none', take('b', 'a')))).rejects.toMatchObject({
      name: 'ClaimTaken',
      key: 'a',
      ownerStreamId: 'x',
    });
    expect(await claims()).toEqual({ a: 'x' });
    expect(await test.store.readStream('y')).toEqual([]);
  });

  it('are free after a release', async () => {
    await test.append(to('x', 'none', take('a')));
    await test.append(to('x', 1, release('a')));
    await test.append(to('y', 'none', take('a')));
    expect(await claims()).toEqual({ a: 'y' });
  });

  it('stay when taken again, also by a rename to another case of the own name', async () => {
    await test.append(to('x', 'none', take('a')));
    await test.append(to('x', 1, take('a')));
    await test.append(to('x', 2, rename('a', 'a')));
    expect(await claims()).toEqual({ a: 'x' });
  });

  it('are not released by another, nor when free', async () => {
    await test.append(to('x', 'none', take('a')));
    await expect(test.append(to('y', 'none', release('a')))).rejects.toMatchObject({ name: 'ClaimNotOwned', key: 'a' });
    await expect(test.append(to('y', 'none', release('free')))).rejects.toMatchObject({ name: 'ClaimNotOwned' });
    await expect(test.append([to('y', 'none', release('a')), to('z', 'none', take('a'))])).rejects.toMatchObject({
      name: 'ClaimNotOwned',
    });
    expect(await claims()).toEqual({ a: 'x' });
  });

  it('are handed over and swapped in one append, in whatever order', async () => {
    await test.append([to('x', 'none', take('a')), to('y', 'none', take('b'))]);
    await test.append([to('y', 1, rename('b', 'a')), to('x', 1, rename('a', 'b'))]);
    expect(await claims()).toEqual({ a: 'y', b: 'x' });
    await test.append([to('z', 'none', take('a')), to('y', 2, release('a'))]);
    expect(await claims()).toEqual({ a: 'z', b: 'x' });
  });

  it('are not handed over by one who does not own them', async () => {
    await test.append(to('x', 'none', take('a')));
    await expect(test.append([to('y', 'none', take('a')), to('x', 1, event())])).rejects.toMatchObject({
      name: 'ClaimTaken',
    });
  });

  it('follow the events of a stream in their order', async () => {
    await test.append(to('x', 'none', take('a'), rename('a', 'b'), rename('b', 'c')));
    expect(await claims()).toEqual({ c: 'x' });
    await test.append(to('x', 3, release('c'), take('c')));
    expect(await claims()).toEqual({ c: 'x' });
    await test.append(to('x', 5, take('c'), release('c'), take('d'), release('d')));
    expect(await claims()).toEqual({});
  });

  it('go to one of two streams of the same append at most', async () => {
    await expect(test.append([to('x', 'none', take('a')), to('y', 'none', take('a'))])).rejects.toMatchObject({
      name: 'ClaimTaken',
    });
  });

  it('go to exactly one of many writers, without deadlocks', async () => {
    const { succeeded, failed } = await race(
      Array.from(
        { length: 16 },
        (_, n) => () => test.append(to(`s${n}`, 'none', n % 2 ? take('p', 'q') : take('q', 'p'))),
      ),
    );
    expect(succeeded).toHaveLength(1);
    expect(failed).toEqual(Array.from({ length: 15 }, () => expect.objectContaining({ name: 'ClaimTaken' })));
  });

  it('change hands under contention without a gap', async () => {
    await test.append(to('owner', 'none', take('a')));
    const { succeeded, failed } = await race([
      () => test.append(to('owner', 1, release('a'))),
      ...Array.from({ length: 6 }, (_, n) => () => test.append(to(`s${n}`, 'none', take('a')))),
    ]);
    expect(succeeded.length).toBeGreaterThanOrEqual(1);
    expect(succeeded.length).toBeLessThanOrEqual(2);
    expect(failed.every((error) => (error as Error).name === 'ClaimTaken')).toBe(true);
  });
});
