import kafkajs, { type Admin, type Kafka } from 'kafkajs';
import { describeKafka, testBroker } from '../../../../test/kit/broker.js';
import { kafkaClient, kafkaSettingsFor } from '../../../../test/kit/kafka-fixture.js';
import type { KafkaSettings } from '../../config/kafka-settings.js';
import { StartupError } from '../../postgres/startup-error.js';
import { prepareTopic, topicOf } from './topic.js';

const { ConfigResourceTypes } = kafkajs;

describeKafka('the topic', () => {
  let settings: KafkaSettings;
  let kafka: Kafka;
  let admin: Admin;
  let topic: string;

  beforeAll(async () => {
    settings = { ...kafkaSettingsFor(await testBroker()), retentionHours: 2, maxMessageBytes: 2_000_000 };
    topic = topicOf(settings, '0b8f8a5e-7f3c-4f0e-9f55-0d8b2a1c9e11');
    kafka = await kafkaClient(settings);
    admin = kafka.admin();
    await admin.connect();
  });
  afterAll(() => admin.disconnect());

  it('is made as the settings say, once by however many', async () => {
    await Promise.all([1, 2, 3].map(() => prepareTopic(kafka, topic, 8, settings)));
    const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
    expect(topics[0]!.name).toBe(`${settings.topicPrefix}.events.0b8f8a5e-7f3c-4f0e-9f55-0d8b2a1c9e11`);
    expect(topics[0]!.partitions).toHaveLength(8);
    const configNames = ['cleanup.policy', 'retention.ms', 'max.message.bytes', 'message.timestamp.type'];
    const { resources } = await admin.describeConfigs({
      includeSynonyms: false,
      resources: [{ type: ConfigResourceTypes.TOPIC, name: topic, configNames }],
    });
    const found = resources[0]!.configEntries.map(({ configName, configValue }) => [configName, configValue]);
    expect(Object.fromEntries(found)).toEqual({
      'cleanup.policy': 'delete',
      'retention.ms': '7200000',
      'max.message.bytes': '2000000',
      'message.timestamp.type': 'LogAppendTime',
    });
  });

  it('is refused with another number of partitions, with both numbers and what to do', async () => {
    await expect(prepareTopic(kafka, topic, 4, settings)).rejects.toThrow(StartupError);
    await expect(prepareTopic(kafka, topic, 4, settings)).rejects.toThrow(
      `The Kafka topic ${topic} has 8 partitions, and this log has 4. Delete the topic, and Waybill makes it anew`,
    );
  });
});
