import { watchOrder } from '../kit/audit.js';
import { describeKafka, testBroker, topicPrefix } from '../kit/broker.js';
import { eventually } from '../kit/eventually.js';
import { judge, quiet } from '../kit/judgement.js';
import { answersMore, type Load } from '../kit/load.js';
import { markOfEvent } from '../kit/mutations.js';
import { startPrivatePostgres, type PrivatePostgres } from '../kit/private-postgres.js';
import { readiness } from '../kit/probes.js';
import { runProgram } from '../kit/program.js';
import { register } from '../kit/register.js';
import { select } from '../kit/select.js';
import { serverEnvironment } from '../kit/server.js';
import { startTopology, type Topology } from '../kit/topology.js';

/** The database behind a topic dies, and comes back as it was some time ago. */
describeKafka('a service with Kafka and a Postgres of its own', () => {
  let postgres: PrivatePostgres;
  let service: Topology;
  const roles = { api: 'api', 'projector-1': 'projector', 'projector-2': 'projector,worker', relay: 'relay' };
  const loads: Load[] = [];
  let token: string;

  beforeAll(async () => {
    const broker = await testBroker();
    postgres = await startPrivatePostgres();
    await runProgram(['migrate'], serverEnvironment(postgres.dataDir, postgres));
    const env = { KAFKA_BROKERS: broker, KAFKA_TOPIC_PREFIX: topicPrefix() };
    service = await startTopology(postgres, roles, env);
    token = await register(service.process('api'), 'ann');
    await watchOrder(postgres.url);
  });

  afterAll(async () => {
    await service?.stop();
    await postgres.drop();
  });

  async function comesThroughKafka(): Promise<void> {
    const before = await service.applied();
    await eventually(async () => expect((await service.applied()).kafka).toBeGreaterThan(before.kafka + 50), 30_000);
  }

  async function start(prefix: string): Promise<Load> {
    const load = await service.startLoad(prefix, { token });
    loads.push(load);
    return load;
  }

  it('Postgres is killed with -9 under load: all goes on, through Kafka again', async () => {
    const load = await start('killed');
    await comesThroughKafka();
    await postgres.kill();
    await postgres.start();
    await comesThroughKafka();
    await load.stop();
    expect(await judge(service, loads)).toEqual([]);
  });

  it('Postgres is restored from an older backup: nothing of the lost future is applied, and a fence ends the trouble', async () => {
    await quiet(postgres.url);
    await postgres.stop();
    await postgres.backUp();
    await postgres.start();
    const future = await service.startLoad('future', { token });
    await comesThroughKafka();
    await future.stop();
    await quiet(postgres.url);

    await postgres.stop();
    await postgres.restore();
    await postgres.start();
    // Other events come at the positions of the lost ones.
    const present = await start('present');
    await answersMore(present, 100);
    await eventually(async () =>
      expect((await readiness(service.process('relay'))).checks.relay).toMatchObject({
        detail: expect.stringContaining('waybill events fence'),
      }),
    );
    await present.stop();
    expect(await judge(service, loads)).toEqual([]);

    await Promise.all(Object.keys(roles).map((name) => service.end(name)));
    expect((await runProgram(['events', 'fence', '--yes'], service.env)).code).toBe(0);
    await Promise.all(Object.keys(roles).map((name) => service.start(name)));
    const fenced = await start('fenced');
    await comesThroughKafka();
    await fenced.stop();
    expect(await judge(service, loads)).toEqual([]);
    const sql = `SELECT count(*)::int AS lost FROM store.events WHERE ${markOfEvent} LIKE 'future-%'`;
    expect(await select(postgres.url, sql)).toEqual([{ lost: 0 }]);
  });
});
