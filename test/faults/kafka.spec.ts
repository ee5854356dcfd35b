import { namespaceRows } from '../../projections/accounts/namespaces/namespaces.projection.js';
import { tableName } from '../../src/core/projection/ddl.js';
import { watchOrder } from '../kit/audit.js';
import { describeKafka, ownBroker, topicPrefix, type Broker } from '../kit/broker.js';
import { createTestDatabase, type TestDatabase } from '../kit/database.js';
import { eventually } from '../kit/eventually.js';
import { expectWhole as expectPublished, readTopic } from '../kit/kafka-fixture.js';
import { judge } from '../kit/judgement.js';
import { answersMore, type Load } from '../kit/load.js';
import { markOfEvent } from '../kit/mutations.js';
import { metric, readiness } from '../kit/probes.js';
import { runProgram } from '../kit/program.js';
import { register } from '../kit/register.js';
import { select } from '../kit/select.js';
import { openTopicFaults, type TopicFaults } from '../kit/topic-faults.js';
import { isForgotten, separateRoles, startTopology, type Topology } from '../kit/topology.js';

/** Each role in a process of its own, twice where one takes over from the other, with a Kafka of their own in which all goes wrong. */
describeKafka('a service of several processes with Kafka', () => {
  let broker: Broker;
  let database: TestDatabase;
  let service: Topology;
  let topic: TopicFaults;
  let settings: { brokers: string[]; topicPrefix: string };
  const loads: Load[] = [];

  beforeAll(async () => {
    [broker, database] = await Promise.all([ownBroker(), createTestDatabase()]);
    settings = { brokers: [broker.brokers], topicPrefix: topicPrefix() };
    const env = { KAFKA_BROKERS: broker.brokers, KAFKA_TOPIC_PREFIX: settings.topicPrefix };
    service = await startTopology(database, separateRoles, env);
    topic = await openTopicFaults(settings, database.url);
    await watchOrder(database.url);
  });

  afterAll(async () => {
    await topic?.close();
    await service?.stop();
    await broker.stop();
    await database.drop();
  });

  /** Runs a load while something happens, and judges when all is quiet. */
  async function under(prefix: string, happens: (load: Load) => Promise<void>): Promise<Load> {
    const load = await service.startLoad(prefix);
    loads.push(load);
    await comesThroughKafka();
    await happens(load);
    await load.stop();
    expect(await judge(service, loads)).toEqual([]);
    return load;
  }

  /** Under load. */
  async function comesThroughKafka(): Promise<void> {
    const before = await service.applied();
    await eventually(async () => expect((await service.applied()).kafka).toBeGreaterThan(before.kafka + 50), 30_000);
  }

  /** So many events of a load stand in the log. */
  async function eventsOf(prefix: string): Promise<number> {
    const [{ n }] = await select(
      database.url,
      `SELECT count(*)::int AS n FROM store.events WHERE ${markOfEvent} LIKE $1`,
      [`${prefix}-%`],
    );
    return n;
  }

  const allIsPublished = () =>
    eventually(async () => {
      const sql = 'SELECT h.safe - r.position AS missing FROM store.relay r, store.safe_head() h';
      expect(await select(database.url, sql)).toEqual([{ missing: '0' }]);
    });

  const isStandby = async (name: string) => (await metric(service.process(name), 'waybill_relay_holder')) === 0;

  it('in ordinary times at least 99 of 100 events come through Kafka', async () => {
    await under('plain', async (load) => {
      // Where both read at first is not what is counted here.
      await answersMore(load, 100);
      const before = await service.applied();
      await answersMore(load, 150);
      const after = await service.applied();
      const [store, kafka] = [after.store - before.store, after.kafka - before.kafka];
      expect(kafka).toBeGreaterThan(150);
      expect(kafka / (store + kafka)).toBeGreaterThanOrEqual(0.99);
    });
  });

  it('kill -9 of the relay that publishes and of a projector: the others go on, no request fails, and the topic has every event', async () => {
    const [{ head }] = await select(database.url, 'SELECT max(position)::int AS head FROM store.events');
    const [holder, standby] = (await isStandby('relay-1')) ? ['relay-2', 'relay-1'] : ['relay-1', 'relay-2'];
    const detailOf = async (name: string) => (await readiness(service.process(name))).checks.relay;
    expect(await detailOf(holder)).toMatchObject({ ok: true, detail: expect.stringMatching(/^publishing at \d+/) });
    const who = new RegExp(`^standing by: .*:${service.process(holder).pid} publishes$`);
    expect(await detailOf(standby)).toMatchObject({ ok: true, detail: expect.stringMatching(who) });

    const load = await under('killed', async (load) => {
      await Promise.all([service.kill(holder), service.kill('projector-1')]);
      await answersMore(load, 100);
      await eventually(async () => expect(await isStandby(standby)).toBe(false));
      await comesThroughKafka();
      await Promise.all([service.start(holder), service.start('projector-1')]);
      await answersMore(load, 100);
    });
    expect(load.failures).toEqual([]);

    const [{ incarnation }] = await select(database.url, 'SELECT store.incarnation() AS incarnation');
    const published = await readTopic(settings, incarnation);
    try {
      await eventually(() => {
        const since = published.messages.filter(({ headers }) => Number(headers!['ce_position']) > head);
        return expectPublished(since, database, head);
      });
    } finally {
      await published.stop();
    }
  });

  it.each([
    { fault: 'ends', begin: () => broker.stop(), end: () => broker.restart() },
    { fault: 'freezes', begin: () => broker.suspend(), end: () => broker.resume() },
  ])('the broker $fault: requests are answered from the store; it comes back and is used again', async (way) => {
    const load = await under(way.fault.replace(' ', ''), async (load) => {
      await way.begin();
      await answersMore(load, 60);
      const { kafka } = await service.applied();
      await answersMore(load, 60);
      expect((await service.applied()).kafka).toBe(kafka);
      await way.end();
      await comesThroughKafka();
    });
    expect(load.failures).toEqual([]);
  });

  it('the topic is deleted under load: it is made again, and used', async () => {
    const load = await under('deleted', async (load) => {
      await topic.deleteTopic();
      await answersMore(load, 100);
      await comesThroughKafka();
    });
    expect(load.failures).toEqual([]);
  });

  it('a stranger sends all messages once more, forwards and backwards: nothing is applied twice', async () => {
    const load = await under('repeated', async (load) => {
      expect(await topic.repeat()).toBeGreaterThan(100);
      await answersMore(load, 50);
      await comesThroughKafka();
    });
    expect(load.failures).toEqual([]);
  });

  it('the consumer groups begin anew with the oldest message: nothing is applied twice', async () => {
    await under('rewound', async () => {
      await Promise.all([service.kill('projector-1'), service.kill('projector-2')]);
      await topic.rewind();
      await Promise.all([service.start('projector-1'), service.start('projector-2')]);
      await comesThroughKafka();
    });
  });

  it('the last messages of every partition are lost before they were read, and none follows: the store has them', async () => {
    const token = await register(service.process('api'), 'last-load');
    await under('lost', async (load) => {
      for (const name of ['projector-1', 'projector-2']) service.freeze(name);
      // A fetch that was under way still brings what the clients had sent; what comes now, none of them will ask for in time.
      await allIsPublished();
      const last = await service.startLoad('last', { token });
      loads.push(last);
      await eventually(async () => expect(await eventsOf('last')).toBe(8));
      await allIsPublished();
      await topic.deleteMessages();
      const ends = [load.stop(), last.stop()];
      for (const name of ['projector-1', 'projector-2']) service.thaw(name);
      await Promise.all(ends);
    });
  });

  it('a projector stands still until it has lost its partitions, and wakes up: it writes nothing wrong', async () => {
    await under('zombie', async (load) => {
      const zombie = service.process('projector-1');
      service.freeze('projector-1');
      await isForgotten(database.url, zombie);
      await answersMore(load, 50);
      service.thaw('projector-1');
      await answersMore(load, 100);
    });
  });

  it('a poison event parks its stream, all others go on; when it is mended, a retry applies it', async () => {
    const table = tableName(namespaceRows);
    await database.pool.query(
      `ALTER TABLE ${table} ADD CONSTRAINT poison CHECK (name <> 'poison-4' OR description = '')`,
    );
    await under('poison', async (load) => {
      await answersMore(load, 60);
      const { rows } = await database.pool.query('SELECT projection FROM store.parked_streams');
      expect(rows).toEqual([{ projection: namespaceRows.versionedName }]);
      expect(new Set(load.failures.map(({ reason }) => reason))).toEqual(new Set(['COMMITTED_NOT_VISIBLE']));
      expect(new Set(load.failures.map(({ mark }) => mark)).size).toBe(1);
      await database.pool.query(`ALTER TABLE ${table} DROP CONSTRAINT poison`);
      const { code, stdout } = await runProgram(['projections', 'retry', namespaceRows.versionedName], service.env);
      expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringMatching(/^\S+: applied\n$/) });
    });
  });
});
