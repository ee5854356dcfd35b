import type { ConveyedEvent } from '../../src/core/feed/conveyor.js';
import { conveyorRetries, createKafkaConveyor } from '../../src/core/feed/kafka/kafka-conveyor.js';
import { describeKafka, ownBroker, type Broker } from '../kit/broker.js';
import { createTestStore, event, to, type TestStore } from '../kit/event-store.js';
import { eventually } from '../kit/eventually.js';
import { expectWhole, kafkaClient, kafkaSettingsFor, readTopic, startRelay } from '../kit/kafka-fixture.js';

describeKafka('relay and conveyor, when the broker goes away', () => {
  let test: TestStore;
  let broker: Broker;
  const closing: (() => Promise<unknown>)[] = [];

  beforeAll(async () => {
    broker = await ownBroker();
  });
  afterAll(() => broker.stop());
  beforeEach(async () => {
    test = await createTestStore();
  });
  afterEach(async () => {
    for (const close of closing.splice(0).reverse()) await close();
    await test.drop();
  });

  let appended = 0;
  const append = async (count: number): Promise<number> => {
    let position = 0;
    for (let i = 0; i < count; i++)
      ({ position } = await test.append(to(`thing:${appended++ % 40}`, 'any', event({ i: appended }))));
    return position;
  };

  const startBoth = async () => {
    const settings = kafkaSettingsFor(broker.brokers);
    const relay = await startRelay(test, settings);
    closing.push(relay.stop);
    const { incarnation, partitions } = test.store;
    const log = { info: () => undefined, warn: () => undefined };
    const kafka = await kafkaClient(settings, conveyorRetries);
    const conveyor = createKafkaConveyor({ kafka, settings, partitions, incarnation, names: ['x'], log });
    closing.push(() => conveyor.stop());
    const received: { assigned: readonly number[] | null; events: ConveyedEvent[] } = { assigned: null, events: [] };
    conveyor.start({
      onAssigned: (assigned) => void (received.assigned = assigned),
      onEvents: async (_, events) => void received.events.push(...events),
    });
    return { settings, relay, received };
  };
  const ready = ({ relay, received }: Awaited<ReturnType<typeof startBoth>>) =>
    eventually(() => {
      expect(relay.relay.state.phase).toBe('publishing');
      expect(received.assigned).toHaveLength(test.store.partitions);
    }, 30_000);

  it('begin when it comes, though it was not there at their start', async () => {
    await broker.stop();
    const both = await startBoth();
    await eventually(() => expect(both.relay.relay.state.trouble).toContain('ECONNREFUSED'));
    const first = await append(5);
    await broker.restart();
    await ready(both);
    await eventually(() => expect(both.relay.relay.state.position).toBeGreaterThanOrEqual(first));
    const second = await append(5);
    await eventually(() => expect(both.received.events.map(({ position }) => position)).toContain(second));
  });

  it.each<[string, () => Promise<void>, () => Promise<void>]>([
    ['killed and started again', () => broker.kill(), () => broker.restart()],
    ['frozen and woken', async () => broker.suspend(), async () => broker.resume()],
  ])('lose nothing when it is %s', async (_, goAway, comeBack) => {
    const both = await startBoth();
    await ready(both);
    const appending = append(200);
    await eventually(() => expect(both.received.events.length).toBeGreaterThan(20));
    await goAway();
    await appending;
    await append(50);
    await comeBack();
    const last = await append(50);
    await eventually(() => expect(both.relay.relay.state.position).toBeGreaterThanOrEqual(last), 30_000);
    const { messages, stop } = await readTopic(both.settings, test.store.incarnation);
    closing.push(stop);
    await eventually(() => expectWhole(messages, test), 30_000);
    await ready(both);
    const { position } = await test.append(to('afterwards', 'none', event()));
    await eventually(() => expect(both.received.events.map((found) => found.position)).toContain(position), 30_000);
  });
});
