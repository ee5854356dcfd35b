import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { describeKafka, testBroker } from '../kit/broker.js';
import { createTestDatabase, type TestDatabase } from '../kit/database.js';
import { eventually } from '../kit/eventually.js';
import { graphql } from '../kit/graphql-client.js';
import { kafkaClient, kafkaSettingsFor } from '../kit/kafka-fixture.js';
import { makeDataFolder } from '../kit/data-folder.js';
import { readiness } from '../kit/probes.js';
import { runProgram } from '../kit/program.js';
import { serverEnvironment, startServer } from '../kit/server.js';
import { topicOf } from '../../src/core/feed/kafka/topic.js';
import { register } from '../e2e/mail/kit.js';

let database: TestDatabase;
beforeEach(async () => void (database = await createTestDatabase()));
afterEach(() => database.drop());

/** Takes connections and never says a word, as a broker behind a broken network. */
async function startSilent(): Promise<{ server: Server; close(): void }> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => void sockets.add(socket.on('error', () => undefined)));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = () => {
    server.close();
    for (const socket of sockets) socket.destroy();
  };
  return { server, close };
}

it.each([
  ['refuses connections', /^nothing is published to Kafka: /],
  ['takes connections and is silent', /^connecting to Kafka$/],
])('a Kafka that %s: the service starts, serves, says so, and stops in order', async (what, said) => {
  const { server: silent, close } = await startSilent();
  const { port } = silent.address() as AddressInfo;
  if (what === 'refuses connections') close();
  const server = await startServer({ database, env: { KAFKA_BROKERS: `127.0.0.1:${port}` } });
  try {
    const token = await register(server, 'ann');
    const create = 'mutation { createNamespace(input: { name: "acme" }) { namespace { name } } }';
    const { data } = await graphql(server.graphqlUrl, create, {}, token);
    expect(data.createNamespace.namespace).toEqual({ name: 'acme' });
    await eventually(async () =>
      expect(await readiness(server)).toMatchObject({
        status: 200,
        checks: { relay: { ok: true, detail: expect.stringMatching(said) } },
      }),
    );
    expect(await server.stop()).toEqual({ code: 0, signal: null });
  } finally {
    await server.stop();
    close();
  }
});

describeKafka('with Kafka', () => {
  it.each(['relay', 'projector'])(
    'a topic with another number of partitions: the %s does not start, and says why',
    async (role) => {
      const settings = kafkaSettingsFor(await testBroker());
      const { rows } = await database.pool.query('SELECT store.incarnation() AS incarnation');
      const topic = topicOf(settings, rows[0].incarnation);
      const admin = (await kafkaClient(settings)).admin();
      await admin.connect();
      await admin.createTopics({ waitForLeaders: true, topics: [{ topic, numPartitions: 3 }] });
      await admin.disconnect();
      const env = { KAFKA_BROKERS: settings.brokers.join(), KAFKA_TOPIC_PREFIX: settings.topicPrefix };
      const { code, stderr } = await runProgram(['serve', '--roles', role], {
        ...serverEnvironment(makeDataFolder(), database),
        ...env,
      });
      expect({ code, stderr }).toEqual({
        code: 1,
        stderr: expect.stringMatching(
          new RegExp(`^The Kafka topic ${topic} has 3 partitions, and this log has 8\\..*\n$`),
        ),
      });
    },
  );
});
