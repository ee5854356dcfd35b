import { generateRingKey, KeyRing } from '../../src/core/crypto/key-ring.js';
import { createKafkaConveyor } from '../../src/core/feed/kafka/kafka-conveyor.js';
import type { KafkaSettings } from '../../src/core/config/kafka-settings.js';
import { verifyProjection } from '../../src/core/projection/verify.js';
import { describeKafka, testBroker } from '../kit/broker.js';
import { Raise, testing } from '../kit/counters.js';
import { createTestStore, type TestStore } from '../kit/event-store.js';
import { eventually } from '../kit/eventually.js';
import { startInstance, system, type TestInstance } from '../kit/instance.js';
import { kafkaClient, kafkaSettingsFor, startRelay, type TestRelay } from '../kit/kafka-fixture.js';

const ring = new KeyRing([generateRingKey()]);
const log = { info: () => undefined, warn: () => undefined };

describeKafka('with Kafka', () => {
  let store: TestStore;
  let settings: KafkaSettings;
  let relay: TestRelay;
  /** The process of the relay, which runs no read model: as long as it lives, others tell of what they append. */
  let publisher: TestInstance;
  let running: TestInstance[];
  let applied: Record<'store' | 'kafka', number>;

  beforeEach(async () => {
    store = await createTestStore();
    settings = kafkaSettingsFor(await testBroker());
    running = [];
    applied = { store: 0, kafka: 0 };
    relay = await startRelay(store, settings);
    publisher = await startInstance(store.url, [testing], { ring, runs: [] });
    await eventually(() => expect(relay.relay.state.phase).toBe('publishing'), 20_000);
  });
  afterEach(async () => {
    for (const instance of running) await instance.stop();
    await publisher.stop();
    await relay.stop();
    await store.drop();
  });

  async function start(): Promise<TestInstance> {
    const kafka = await kafkaClient(settings);
    const { partitions, incarnation } = store.store;
    const names = testing.projections.map(({ versionedName }) => versionedName);
    const instance = await startInstance(store.url, [testing], {
      ring,
      conveyor: () => createKafkaConveyor({ kafka, settings, partitions, incarnation, names, log }),
      onApplied: (_, events, source) => void (applied[source] += events),
    });
    running.push(instance);
    return instance;
  }

  const wanted = ({ projector }: TestInstance) => projector.runner['tail'].wanted ?? [];
  const owned = ({ projector }: TestInstance) => [...projector.runner.ownedPartitions];

  async function raise(instances: TestInstance[], count: number): Promise<void> {
    let n = 0;
    const client = async (instance: TestInstance) => {
      while (n < count) await instance.executeAs(system)(new Raise(`counter-${n++ % 97}`, 1));
    };
    await Promise.all(Array.from({ length: 8 }, (_, index) => client(instances[index % instances.length]!)));
  }

  async function expectThroughKafka(events: number): Promise<void> {
    const { rows } = await store.pool.query('SELECT sum(raises)::int AS raises FROM read.test_counters_v1');
    expect(rows[0].raises).toBe(events);
    const { kafka, store: fromStore } = applied;
    expect(kafka / (kafka + fromStore)).toBeGreaterThanOrEqual(0.99);
    for (const projection of testing.projections) {
      const { differences } = await verifyProjection(store.url, running[0]!.core.readPartition, projection);
      expect(differences).toEqual([]);
    }
  }

  it('nearly all comes through it, and mutations see their own writes', async () => {
    const process = await start();
    await eventually(() => expect(wanted(process)).toHaveLength(8), 20_000);
    await raise([process], 1500);
    await expectThroughKafka(1500);
  });

  it('two processes share the partitions as the group does, and nearly all comes through it', async () => {
    const [first, second] = [await start(), await start()];
    await eventually(() => {
      expect([wanted(first), wanted(second)].map((partitions) => partitions.length)).toEqual([4, 4]);
      expect([owned(first), owned(second)]).toEqual([wanted(first), wanted(second)].map((list) => list.sort()));
    }, 20_000);
    await raise([first, second], 1500);
    await expectThroughKafka(1500);
  });
});
