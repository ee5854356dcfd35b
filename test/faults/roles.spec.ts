import { describeKafka, testBroker, topicPrefix } from '../kit/broker.js';
import { createTestDatabase, type TestDatabase } from '../kit/database.js';
import { eventually } from '../kit/eventually.js';
import { expectWhole as expectPublished, kafkaSettingsFor, readTopic } from '../kit/kafka-fixture.js';
import { answersMore, startLoad } from '../kit/load.js';
import { metric, readiness } from '../kit/probes.js';
import { runProgram } from '../kit/program.js';
import { register } from '../kit/register.js';
import { serverEnvironment, startServer, type TestServer } from '../kit/server.js';

let ring: string;
beforeAll(async () => void (ring = (await runProgram(['keys', 'generate'], {})).stdout.trim()));

let database: TestDatabase;
let servers: TestServer[];
let env: Record<string, string>;
beforeEach(async () => {
  database = await createTestDatabase();
  servers = [];
  env = { WAYBILL_KEYS: ring };
});
afterEach(async () => {
  for (const server of servers) await server.stop();
  await database.drop();
});

async function start<Roles extends string[]>(...roles: Roles) {
  const started = await Promise.all(roles.map((each) => startServer({ database, roles: each, env })));
  servers.push(...started);
  return started as { [Index in keyof Roles]: TestServer };
}

async function kill(server: TestServer): Promise<void> {
  await server.kill();
  servers.splice(servers.indexOf(server), 1);
}

const owned = (server: TestServer) => metric(server, 'waybill_partitions_owned');

async function expectWhole(): Promise<void> {
  const environment = { ...serverEnvironment(servers[0]!.dataDir, database), ...env };
  const { code, stdout } = await runProgram(['projections', 'verify', '--json'], environment);
  expect({ code, differences: JSON.parse(stdout).flatMap((report: any) => report.differences) }).toEqual({
    code: 0,
    differences: [],
  });
}

it('a projector killed under load: the other takes its partitions, and no mutation of the API fails', async () => {
  const [api, first, second] = await start('api', 'projector', 'projector');
  await eventually(async () => expect([await owned(first), await owned(second)]).toEqual([4, 4]));
  const load = startLoad({
    graphqlUrl: () => api.graphqlUrl,
    token: await register(api, 'busy'),
    prefix: 'load',
    clients: 4,
  });
  await answersMore(load, 20);
  await kill(first);
  await answersMore(load, 20);
  await eventually(async () => expect(await owned(second)).toBe(8));
  await answersMore(load, 20);
  await load.stop();
  expect(load.failures).toEqual([]);
  await expectWhole();
});

describeKafka('with Kafka', () => {
  it('a relay and a projector killed under load: others take over, no mutation fails, and the topic has every event', async () => {
    const settings = { ...kafkaSettingsFor(await testBroker()), topicPrefix: topicPrefix() };
    env.KAFKA_BROKERS = settings.brokers.join();
    env.KAFKA_TOPIC_PREFIX = settings.topicPrefix;
    const [api, doomed, projector] = await start('api', 'projector', 'projector');
    // A relay begins at the head of the log: after the events of the first start.
    const relays = await start('relay', 'relay');
    const publishes = (relay: TestServer) => metric(relay, 'waybill_relay_holder');
    const holders = async () => (await Promise.all(relays.map(publishes))).reduce((sum, n) => sum + n, 0);
    await eventually(async () => expect(await holders()).toBe(1));
    const [holder, standby] = (await publishes(relays[0])) === 1 ? relays : [relays[1], relays[0]];
    expect((await readiness(holder)).checks.relay).toMatchObject({
      ok: true,
      detail: expect.stringMatching(/^publishing at \d+/),
    });
    const standing = {
      ok: true,
      detail: expect.stringMatching(new RegExp(`^standing by: .*:${holder.pid} publishes$`)),
    };
    expect((await readiness(standby)).checks.relay).toMatchObject(standing);
    const { rows: begun } = await database.pool.query('SELECT position::int FROM store.relay');

    const load = startLoad({
      graphqlUrl: () => api.graphqlUrl,
      token: await register(api, 'busy'),
      prefix: 'load',
      clients: 4,
    });
    await answersMore(load, 20);
    const throughKafka = () => metric(projector, 'waybill_projection_events_total', 'source="kafka"');
    await eventually(async () => expect(await throughKafka()).toBeGreaterThan(0));
    await kill(holder);
    await answersMore(load, 20);
    await eventually(async () => expect(await publishes(standby)).toBe(1));
    await kill(doomed);
    await answersMore(load, 20);
    await eventually(async () => expect(await owned(projector)).toBe(8));
    await load.stop();
    expect(load.failures).toEqual([]);

    const { rows: store } = await database.pool.query('SELECT store.incarnation() AS incarnation');
    const topic = await readTopic(settings, store[0].incarnation);
    try {
      await eventually(() => expectPublished(topic.messages, database, begun[0].position));
    } finally {
      await topic.stop();
    }
    await expectWhole();
  });
});
