import kafkajs from 'kafkajs';
import { describeKafka, ownBroker, testBroker, topicPrefix, type Broker } from '../kit/broker.js';

describeKafka('the kit’s broker', () => {
  let own: Broker;
  beforeAll(async () => {
    own = await ownBroker();
  });
  afterAll(() => own.stop());

  it('is shared, answers, and makes no topic by itself', async () => {
    const admin = new kafkajs.Kafka({ brokers: [await testBroker()] }).admin();
    await admin.connect();
    const topic = topicPrefix();
    await admin.createTopics({ topics: [{ topic, numPartitions: 8 }] });
    expect((await admin.fetchTopicMetadata({ topics: [topic] })).topics[0]!.partitions).toHaveLength(8);
    await admin.disconnect();
  });

  it('keeps data and address over a kill', async () => {
    const admin = () => new kafkajs.Kafka({ brokers: [own.brokers], logLevel: 0 }).admin();
    const before = admin();
    await before.connect();
    const topic = topicPrefix();
    await before.createTopics({ topics: [{ topic, numPartitions: 2 }] });
    await before.disconnect();
    own.suspend();
    own.resume();
    await own.kill();
    await own.restart();
    const after = admin();
    await after.connect();
    expect(await after.listTopics()).toContain(topic);
    await after.disconnect();
  });
});
