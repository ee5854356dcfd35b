import kafkajs, { type Kafka, type Producer } from 'kafkajs';
import { describeKafka, testBroker } from '../../../../test/kit/broker.js';
import { createTestStore, event, to, type TestStore } from '../../../../test/kit/event-store.js';
import { eventually } from '../../../../test/kit/eventually.js';
import { kafkaClient, kafkaSettingsFor, startRelay, type TestRelay } from '../../../../test/kit/kafka-fixture.js';
import type { KafkaSettings } from '../../config/kafka-settings.js';
import type { ConveyedEvent, Conveyor } from '../conveyor.js';
import { conveyorRetries, createKafkaConveyor, groupOf } from './kafka-conveyor.js';
import { topicOf } from './topic.js';

type Member = {
  conveyor: Conveyor;
  assigned: readonly number[] | null;
  events: ConveyedEvent[];
  /** While set, events of this partition are not taken over. */
  refuse?: { partition: number; until: Promise<void> };
};

describeKafka('the conveyor', () => {
  let test: TestStore;
  let settings: KafkaSettings;
  let kafka: Kafka;
  let relay: TestRelay;
  let partitions: number[];
  const closing: (() => Promise<void>)[] = [];

  beforeEach(async () => {
    test = await createTestStore();
    settings = kafkaSettingsFor(await testBroker());
    kafka = await kafkaClient(settings, conveyorRetries);
    relay = await startRelay(test, settings);
    closing.push(relay.stop);
    partitions = Array.from({ length: test.store.partitions }, (_, n) => n);
    await eventually(() => expect(relay.relay.state.phase).toBe('publishing'));
  });
  afterEach(async () => {
    for (const close of closing.splice(0).reverse()) await close();
    await test.drop();
  });

  const join = (names = ['things_v1']): Member => {
    const { incarnation } = test.store;
    const log = { info: () => undefined, warn: () => undefined };
    const conveyor = createKafkaConveyor({ kafka, settings, partitions: partitions.length, incarnation, names, log });
    const member: Member = { conveyor, assigned: null, events: [] };
    conveyor.start({
      onAssigned: (assigned) => void (member.assigned = assigned),
      onEvents: async (partition, events) => {
        if (partition === member.refuse?.partition) await member.refuse.until;
        member.events.push(...events);
      },
    });
    closing.push(() => conveyor.stop());
    return member;
  };
  const assigned = (member: Member, expected: number[]) =>
    eventually(() => expect([...(member.assigned ?? [])].sort()).toEqual(expected));
  /** One event in each of many streams, so that every partition has some. */
  const append = async (from: number, count: number): Promise<void> => {
    for (let i = from; i < from + count; i++) await test.append(to(`thing:${i}`, 'none', event({ i })));
    relay.wakeUp.appended();
  };
  const numbers = (member: Member) => member.events.map(({ data }) => data['i'] as number).sort((a, b) => a - b);
  const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);

  it('brings events as they stand in the log, in the order of their partition', async () => {
    const member = join();
    await assigned(member, partitions);
    await append(0, 60);
    await eventually(() => expect(member.events).toHaveLength(60));
    for (const partition of partitions) {
      const stored = await test.pool.query('SELECT position FROM store.events WHERE partition = $1 ORDER BY position', [
        partition,
      ]);
      const positions = stored.rows.map((row) => Number(row.position));
      const brought = member.events.filter((found) => found.partition === partition);
      expect(brought.map(({ position }) => position)).toEqual(positions);
      expect(brought.map(({ predecessor }) => predecessor)).toEqual([0, ...positions].slice(0, -1));
    }
    const [first] = member.events as [ConveyedEvent];
    const [stored] = await test.store.readStream(first.streamId);
    expect(first).toEqual({ ...stored, predecessor: first.predecessor });
  });

  it('shares the partitions among members and hands them over when one leaves', async () => {
    const one = join();
    await assigned(one, partitions);
    const two = join();
    await eventually(() => {
      expect(two.assigned).toHaveLength(partitions.length / 2);
      expect([...one.assigned!, ...two.assigned!].sort()).toEqual(partitions);
    });
    await append(0, 40);
    await eventually(() => expect([...numbers(one), ...numbers(two)].sort((a, b) => a - b)).toEqual(range(0, 40)));
    await one.conveyor.stop();
    expect(one.assigned).toBeNull();
    await assigned(two, partitions);
    two.events.length = 0;
    await append(40, 40);
    await eventually(() => expect(numbers(two)).toEqual(expect.arrayContaining(range(40, 80))));
  });

  it('is a group of its own for other names', async () => {
    const incarnation = test.store.incarnation;
    expect(groupOf({ settings, incarnation, names: ['a', 'b'] })).toBe(
      groupOf({ settings, incarnation, names: ['b', 'a'] }),
    );
    const old = join(['things_v1']);
    const current = join(['things_v2']);
    await Promise.all([assigned(old, partitions), assigned(current, partitions)]);
  });

  it('leaves out a partition that is not taken over, and only that', async () => {
    const member = join();
    await assigned(member, partitions);
    const { partition } = (await test.append(to('first', 'none', event({})))).streams[0]!;
    let take = () => undefined as void;
    member.refuse = { partition, until: new Promise((resolve) => (take = resolve)) };
    const others = async () => {
      const text = `SELECT (data->>'i')::int AS i FROM store.events WHERE partition <> $1 AND stream_id <> 'first'`;
      const expected = (await test.pool.query(text, [partition])).rows.map(({ i }) => i);
      await eventually(() => expect(numbers(member)).toEqual(expect.arrayContaining(expected)));
    };
    await append(0, 40);
    await others();
    // What comes later is not in the fetch of which a part is held up.
    await append(40, 20);
    await others();
    expect(member.events.filter((found) => found.partition === partition)).toEqual([]);
    take();
    await eventually(() => expect(numbers(member)).toEqual(expect.arrayContaining(range(0, 60))));
  });

  it('passes over messages that are not of this log', async () => {
    const member = join();
    await assigned(member, partitions);
    const stranger = new kafkajs.Kafka({ brokers: settings.brokers, logLevel: kafkajs.logLevel.NOTHING });
    const producer: Producer = stranger.producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner });
    await producer.connect();
    const topic = topicOf(settings, test.store.incarnation);
    const messages = partitions.map((partition) => ({ partition, key: 'x', value: 'y' }));
    await producer.send({ topic, messages });
    await producer.disconnect();
    await append(0, 20);
    await eventually(() => expect(numbers(member)).toEqual(range(0, 20)));
  });
});
