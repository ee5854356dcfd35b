import kafkajs from 'kafkajs';
import { describeKafka, testBroker } from '../../../../test/kit/broker.js';
import { createTestStore, event, to, type TestStore } from '../../../../test/kit/event-store.js';
import { eventually } from '../../../../test/kit/eventually.js';
import {
  expectWhole,
  kafkaClient,
  kafkaSettingsFor,
  readTopic,
  startRelay,
  type TestRelay,
  type TopicMessage,
} from '../../../../test/kit/kafka-fixture.js';
import type { KafkaSettings } from '../../config/kafka-settings.js';
import { limits } from '../../event-store/limits.js';
import { topicOf } from './topic.js';

describeKafka('the relay', () => {
  let test: TestStore;
  let settings: KafkaSettings;
  const closing: (() => Promise<void>)[] = [];

  beforeEach(async () => {
    test = await createTestStore();
    settings = kafkaSettingsFor(await testBroker());
  });
  afterEach(async () => {
    for (const close of closing.splice(0).reverse()) await close();
    await test.drop();
  });

  const start = async (): Promise<TestRelay> => {
    const started = await startRelay(test, settings);
    closing.push(started.stop);
    return started;
  };
  const publishing = (relay: TestRelay) =>
    eventually(() => expect(relay.relay.state).toMatchObject({ phase: 'publishing', trouble: null }));
  const topic = async (): Promise<TopicMessage[]> => {
    const { messages, stop } = await readTopic(settings, test.store.incarnation);
    closing.push(stop);
    return messages;
  };
  /** Appends to streams in all partitions. @returns the position of the last event */
  const append = async (count: number): Promise<number> => {
    let position = 0;
    for (let i = 0; i < count; i++) ({ position } = await test.append(to(`thing:${i % 20}`, 'any', event({ i }))));
    return position;
  };
  const caughtUp = (relay: TestRelay, position: number) =>
    eventually(() => expect(relay.relay.state.position).toBeGreaterThanOrEqual(position));

  it('publishes what is appended from its first start on, readable by any program', async () => {
    await append(3);
    const relay = await start();
    await publishing(relay);
    const messages = await topic();
    const first = await test.append(to('thing:é', 'none', event({ name: 'é', secret: { $sealed: 'x' } }), event({})));
    await eventually(() => expect(messages).toHaveLength(2));
    const [message] = messages as [TopicMessage];
    const { partition } = first.streams[0]!;
    const headers = Object.fromEntries(Object.entries(message.headers!).map(([name, text]) => [name, String(text)]));
    expect({ ...message, key: String(message.key), value: String(message.value) }).toMatchObject({
      partition,
      key: 'thing:é',
      value: '{"name":"é","secret":{"$sealed":"x"}}',
    });
    expect(headers).toMatchObject({
      ce_specversion: '1.0',
      ce_id: String(first.position - 1),
      ce_source: `urn:uuid:${test.store.incarnation}`,
      ce_type: 'test.thing.happened',
      ce_subject: 'thing:é',
      ce_time: '2026-11-25T12:34:56.789Z',
      'content-type': 'application/json',
      ce_sequence: '1',
      ce_partition: String(partition),
    });
    expect(messages[1]!.headers).toMatchObject({ ce_predecessor: Buffer.from(String(first.position - 1)) });
  });

  it('goes on from its checkpoint after a restart, names predecessors from before, and skips nothing', async () => {
    const first = await start();
    await publishing(first);
    await caughtUp(first, await append(30));
    await first.stop();
    closing.length = 0;
    const last = await append(30);
    const second = await start();
    const messages = await topic();
    await caughtUp(second, last);
    await eventually(() => expectWhole(messages, test));
  });

  it('publishes an event near the limit and the small ones beside it', async () => {
    const relay = await start();
    await publishing(relay);
    const large = 'x'.repeat(limits.eventDataBytes - 100);
    const events = Array.from({ length: 6 }, () => event({ large }));
    const { position } = await test.append(to('thing:1', 'none', event({}), ...events, event({})));
    await caughtUp(relay, position);
    const messages = await topic();
    await eventually(() => expectWhole(messages, test));
  });

  it('hands over when the one that publishes loses its backend, though it goes on like a zombie: nothing missing, all in order', async () => {
    const first = await start();
    await publishing(first);
    const second = await start();
    await eventually(() => expect(second.relay.state.phase).toBe('waiting'));
    await append(20);
    await first.endBackend();
    await append(20);
    await publishing(second);
    await eventually(() => expect(first.relay.state.phase).toBe('waiting'));
    await caughtUp(second, await append(20));
    const messages = await topic();
    await eventually(() => expectWhole(messages, test));
  });

  it('stops when another has its lease, whose checkpoint it cannot move', async () => {
    const relay = await start();
    await publishing(relay);
    const before = await append(5);
    await caughtUp(relay, before);
    // Another took over while this one was frozen.
    await test.pool.query(
      `UPDATE store.relay r SET holder = gen_random_uuid(), backend_pid = a.pid, backend_started_at = a.backend_start,
         expires_at = now() + interval '1 hour'
       FROM pg_stat_activity a WHERE a.pid = pg_backend_pid()`,
    );
    await append(1);
    relay.wakeUp.appended();
    await eventually(() => expect(relay.relay.state.phase).toBe('waiting'));
    const { rows } = await test.pool.query('SELECT position::integer FROM store.relay');
    expect(rows).toEqual([{ position: before }]);
  });

  it.each(['connect', 'send'])('stops also while the broker does not answer when asked to %s', async (request) => {
    const kafka = await kafkaClient(settings);
    const producer = kafka.producer.bind(kafka);
    let asked = 0;
    const silent = () => new Promise<never>(() => void asked++);
    kafka.producer = (config) => ({ ...producer(config), [request]: silent });
    const { relay, stop } = await startRelay(test, settings, { kafka });
    closing.push(stop);
    await eventually(() => expect(relay.state.phase === 'publishing' || asked > 0).toBe(true));
    await append(1);
    await eventually(() => expect(asked).toBe(1));
    await relay.stop();
    expect(relay.state.phase).toBe('stopped');
    // The next one has its turn at once.
    await publishing(await start());
  });

  it('makes the topic anew when it was deleted', async () => {
    const relay = await start();
    await publishing(relay);
    await caughtUp(relay, await append(5));
    const admin = new kafkajs.Kafka({ brokers: settings.brokers }).admin();
    await admin.connect();
    await admin.deleteTopics({ topics: [topicOf(settings, test.store.incarnation)] });
    await admin.disconnect();
    const last = await append(5);
    await caughtUp(relay, last);
    const messages = await topic();
    await eventually(() => expect(messages).toHaveLength(5));
  });

  it('publishes nothing to a topic that holds events which the log never had, and says what to do', async () => {
    const relay = await start();
    await publishing(relay);
    await caughtUp(relay, await append(5));
    await relay.stop();
    closing.length = 0;
    // The same topic before a log that was restored from before these events and went on otherwise.
    const restored = await createTestStore();
    closing.push(restored.drop);
    await restored.append(to('other', 'none', event({}), event({}), event({})));
    const same = { ...test, url: restored.url };
    await restored.pool.query(`INSERT INTO store.fences (incarnation, position) VALUES ($1, 0)`, [
      test.store.incarnation,
    ]);
    const other = await startRelay(same, settings);
    closing.push(other.stop);
    await eventually(() => {
      expect(other.relay.state.phase).toBe('failing');
      expect(other.relay.state.trouble).toContain('holds events that this log never had (position');
      expect(other.relay.state.trouble).toContain('run `waybill events fence`');
    });
  });
});
