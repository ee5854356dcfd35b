import { describeKafka, ownBroker, type Broker } from '../../../../test/kit/broker.js';
import { kafkaSettingsFor } from '../../../../test/kit/kafka-fixture.js';
import { freePorts } from '../../../../test/kit/kafka.mjs';
import type { KafkaSettings } from '../../config/kafka-settings.js';
import { StartupError } from '../../postgres/startup-error.js';
import { createKafka } from './client.js';

describeKafka('the client', () => {
  let broker: Broker;
  let settings: KafkaSettings;

  beforeAll(async () => {
    const [port, controllerPort, withLogin] = await freePorts(3);
    broker = await ownBroker(
      {
        listeners: `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort},LOGIN://127.0.0.1:${withLogin}`,
        'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,LOGIN:SASL_PLAINTEXT',
        'sasl.enabled.mechanisms': 'PLAIN',
        'listener.name.login.plain.sasl.jaas.config':
          'org.apache.kafka.common.security.plain.PlainLoginModule required user_waybill="hunter2";',
      },
      { port, controllerPort },
    );
    settings = kafkaSettingsFor(`127.0.0.1:${withLogin}`);
  });
  afterAll(() => broker?.stop());

  const listTopics = async (password: string) => {
    const lines: string[] = [];
    const log = { debug: (fields: object, message: string) => void lines.push(JSON.stringify({ message, ...fields })) };
    const sasl = { mechanism: 'plain' as const, username: 'waybill', password };
    const admin = (await createKafka({ ...settings, sasl }, log)).admin();
    try {
      await admin.connect();
      return { topics: await admin.listTopics(), lines };
    } catch (error) {
      return { error, lines };
    } finally {
      await admin.disconnect();
    }
  };

  it('logs in as the settings say', async () => {
    expect((await listTopics('hunter2')).topics).toEqual([]);
  });

  it('fails with a wrong login, and its lines hold no password and are below a warning', async () => {
    const { error, lines } = await listTopics('hunter3');
    expect(error).toMatchObject({ message: expect.stringContaining('authentication failed') });
    expect(lines.join('\n')).toContain('authentication failed');
    expect(lines.join('\n')).not.toContain('hunter');
  });

  it('does not begin without the authorities that it shall trust', async () => {
    const log = { debug: () => undefined };
    const creating = createKafka({ ...settings, tls: true, tlsCa: '/nowhere/ca.pem' }, log);
    await expect(creating).rejects.toThrow(StartupError);
    await expect(creating).rejects.toThrow('KAFKA_TLS_CA: /nowhere/ca.pem cannot be read (ENOENT).');
  });
});
