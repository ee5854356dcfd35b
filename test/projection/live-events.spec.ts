import { executeFor } from '../../src/core/command/dispatcher.js';
import { generateRingKey, KeyRing } from '../../src/core/crypto/key-ring.js';
import { Broadcast } from '../../src/core/feed/broadcast.js';
import { WakeUp } from '../../src/core/feed/wake-up.js';
import { LiveEvents } from '../../src/core/live/live-events.js';
import { pause } from '../../src/core/projection/operate.js';
import { counters, Raise, testing } from '../kit/counters.js';
import { createTestDatabase, type TestDatabase } from '../kit/database.js';
import { eventually } from '../kit/eventually.js';
import { startInstance, system, type InstanceOptions, type TestInstance } from '../kit/instance.js';

let database: TestDatabase;
let running: TestInstance[];
let wakeUps: WakeUp[];
const ring = new KeyRing([generateRingKey()]);

beforeEach(async () => {
  database = await createTestDatabase();
  running = [];
  wakeUps = [];
});
afterEach(async () => {
  for (const wakeUp of wakeUps) await wakeUp.close();
  for (const instance of running) await instance.stop();
  await database.drop();
});

async function start(options: InstanceOptions = {}): Promise<TestInstance> {
  const instance = await startInstance(database.url, [testing], { ring, ...options });
  running.push(instance);
  return instance;
}

const total = async (id: string) =>
  Number((await database.pool.query('SELECT total FROM read.test_counters_v1 WHERE id = $1', [id])).rows[0]?.total);
const ofCounter = (id: string) => (event: { streamId: string }) => event.streamId === id;

describe('events for a subscription', () => {
  it('come in order and show in the read model, also those that another process wrote', async () => {
    const [writer, reader] = [await start(), await start()];
    await writer.executeAs(system)(new Raise('a', 100));
    const events = await reader.projector.live.eventsAfterVisible('test', ofCounter('a'));
    for (const by of [1, 2, 3]) {
      await writer.executeAs(system)(new Raise('b', by));
      await writer.executeAs(system)(new Raise('a', by));
    }
    let sum = 100;
    for (const by of [1, 2, 3]) {
      const { value } = await events.next();
      sum += by;
      expect(value).toMatchObject({ type: 'test.counter.raised', streamId: 'a', data: { by } });
      expect(await total('a')).toBeGreaterThanOrEqual(sum);
    }
    await events.return!();
  });

  it('are held back until the read model has seen them', async () => {
    const instance = await start({ starts: false });
    const heard: string[] = [];
    const broadcast = otherBroadcast(instance);
    const leave = await broadcast.subscribe((events) => heard.push(...events.map(({ streamId }) => streamId)));
    const events = await instance.projector.live.eventsAfterVisible('test', ofCounter('a'));
    let arrived = false;
    const first = events.next().finally(() => (arrived = true));
    await writeBlindly(instance, new Raise('a', 5));
    await eventually(() => expect(heard).toEqual(['a']));
    leave();
    expect(arrived).toBe(false);
    await instance.projector.start();
    expect((await first).value).toMatchObject({ streamId: 'a' });
    expect(await total('a')).toBe(5);
    await events.return!();
  });

  it('end at once for a reader who leaves while nothing happens', async () => {
    const { projector } = await start();
    const events = await projector.live.eventsAfterVisible('test', ofCounter('a'));
    const next = events.next();
    await events.return!();
    expect(await next).toEqual({ done: true, value: undefined });
    expect(await events.next()).toEqual({ done: true, value: undefined });
  });

  it('end with a refusal when a read model is paused', async () => {
    const instance = await start();
    await pause(instance.pool, counters.versionedName, 'for the spec');
    const events = await instance.projector.live.eventsAfterVisible('test', ofCounter('a'));
    await writeBlindly(instance, new Raise('a', 1));
    await expect(events.next()).rejects.toMatchObject({ code: 'COMMITTED_NOT_VISIBLE' });
    expect((await events.next()).done).toBe(true);
  });

  it('end with a refusal for a reader who is too slow', async () => {
    const instance = await start();
    const { core, projector } = instance;
    const broadcast = otherBroadcast(instance);
    const ports = { silos: core.silos, codec: core.codec, broadcast, visibility: projector.waiter };
    const events = await new LiveEvents({ ...ports, maxWaiting: 2 }).eventsAfterVisible('test', ofCounter('a'));
    const heard: unknown[] = [];
    const leave = await broadcast.subscribe((page) => heard.push(...page));
    for (const by of [1, 2, 3]) await instance.executeAs(system)(new Raise('a', by));
    await eventually(() => expect(heard).toHaveLength(3));
    leave();
    await expect(events.next()).rejects.toMatchObject({ code: 'SUBSCRIPTION_FELL_BEHIND' });
    await instance.executeAs(system)(new Raise('a', 4));
    expect((await events.next()).done).toBe(true);
  });
});

/** Hears all, whatever a read model has seen. */
function otherBroadcast({ core, pool }: TestInstance): Broadcast {
  const wakeUp = new WakeUp(pool);
  wakeUps.push(wakeUp);
  return new Broadcast({ pool, watermark: core.watermark, wakeUp, pollMs: 10 });
}

/** Without waiting for any read model. */
async function writeBlindly({ core }: TestInstance, command: Raise): Promise<void> {
  const dispatcher = core.dispatcher(null);
  const meta = () => ({ actor: system, now: new Date(), correlationId: 'spec' });
  await executeFor(meta, (stamped) => dispatcher.run(stamped))(command);
}
