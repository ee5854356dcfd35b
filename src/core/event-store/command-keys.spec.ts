import { createTestStore, event, race, to, type TestStore } from '../../../test/kit/event-store.js';
import { deleteOldCommandKeys } from './command-keys.js';
import { CommandKeyConflict, type CommandKey } from './types.js';

describe('command keys', () => {
  let test: TestStore;
  beforeAll(async () => void (test = await createTestStore()));
  afterAll(() => test.drop());

  const commandKey = (key: string, input = 'input'): CommandKey => ({
    scope: 'user:1',
    command: 'CreateThing',
    key,
    inputHash: Buffer.from(input),
  });

  it('make a repeat return the first result, from the load and from the append', async () => {
    const key = commandKey('repeat');
    const first = await test.append([to('r1', 'none', event()), to('r2', 'none', event())], { commandKey: key });
    await test.append(to('r1', 1, event()));

    const repeated = { ...first, outcome: 'repeated' };
    expect((await test.store.load(['r1'], key)).earlier).toEqual(repeated);
    expect(await test.append([to('r1', 'none', event()), to('r2', 'none', event())], { commandKey: key })).toEqual(
      repeated,
    );
    expect(await test.store.readStream('r1')).toHaveLength(2);
  });

  it('are recorded with the events', async () => {
    await test.append(to('recorded', 'none', event()), { commandKey: commandKey('k') });
    expect((await test.store.readStream('recorded'))[0]!.metadata.commandKey).toBe('user:1/CreateThing/k');
  });

  it('let one of several twins write, and give the others its result', async () => {
    const { succeeded } = await race(
      Array.from(
        { length: 8 },
        () => () => test.append(to('twins', 'any', event()), { commandKey: commandKey('twin') }),
      ),
    );
    expect(succeeded.map((result) => result.outcome).sort()).toEqual(['appended', ...Array(7).fill('repeated')]);
    expect(new Set(succeeded.map((result) => result.position)).size).toBe(1);
    expect(await test.store.readStream('twins')).toHaveLength(1);
  });

  it('refuse other input, from the load and from the append', async () => {
    await test.append(to('input', 'none', event()), { commandKey: commandKey('other') });
    const other = commandKey('other', 'other input');
    await expect(test.append(to('input', 'any', event()), { commandKey: other })).rejects.toThrow(CommandKeyConflict);
    await expect(test.store.load(['input'], other)).rejects.toThrow(CommandKeyConflict);
    const elsewhere = { ...other, scope: 'user:2' };
    expect((await test.append(to('input', 'any', event()), { commandKey: elsewhere })).outcome).toBe('appended');
  });

  it('are free again when the append failed', async () => {
    const key = commandKey('failed');
    await expect(test.append(to('f', 5, event()), { commandKey: key })).rejects.toMatchObject({
      name: 'ConcurrencyConflict',
    });
    expect((await test.store.load(['f'], key)).earlier).toBeUndefined();
    expect((await test.append(to('f', 'none', event()), { commandKey: key })).outcome).toBe('appended');
  });

  it('remember a command that decided nothing', async () => {
    const key = commandKey('nothing');
    const { position } = await test.append(to('still', 'none', event()));
    await test.append(to('still', 1), { commandKey: key });
    expect((await test.store.load(['still'], key)).earlier).toMatchObject({ position, streams: [{ version: 1 }] });
  });

  it('are optional, and an empty one is a fault', async () => {
    await test.append(to('absent', 'any', event()));
    await test.append(to('absent', 'any', event()));
    expect(await test.store.readStream('absent')).toHaveLength(2);
    await expect(test.append(to('absent', 'any', event()), { commandKey: commandKey('') })).rejects.toThrow(RangeError);
  });

  it('are forgotten after some days, in batches', async () => {
    await test.pool.query(
      `INSERT INTO store.command_keys (scope, command, key, input_hash, created_at)
       SELECT 'old', 'c', n::text, '', now() - interval '31 days' FROM generate_series(1, 25) n`,
    );
    const count = async () => Number((await test.pool.query('SELECT count(*) FROM store.command_keys')).rows[0].count);
    const before = await count();
    expect(await deleteOldCommandKeys(test.pool, 30, 10)).toBe(25);
    expect(await count()).toBe(before - 25);
  });
});
