import { answersMore, type Load } from '../kit/load.js';
import type { Fault, Kafka, World } from './world.js';

const projectors = ['projector-1', 'projector-2'];

/** What befalls Kafka. */
export const kafkaFaults: Fault[] = [
  broken(
    'stop Kafka',
    ({ broker }) => broker.stop(),
    ({ broker }) => broker.restart(),
  ),
  broken(
    'kill -9 Kafka',
    ({ broker }) => broker.kill(),
    ({ broker }) => broker.restart(),
  ),
  broken(
    'freeze Kafka',
    ({ broker }) => broker.suspend(),
    ({ broker }) => broker.resume(),
  ),
  withKafka('delete the topic', ({ topic }) => topic((each) => each.deleteTopic())),
  withKafka('delete messages', async ({ topic }, { service }) => {
    for (const name of projectors) service.freeze(name);
    await topic((each) => each.deleteMessages());
    for (const name of projectors) service.thaw(name);
  }),
  withKafka('repeat messages', async ({ topic }) => `${await topic((each) => each.repeat())} of them`),
  withKafka('rewind', async ({ topic }, { service }) => {
    await Promise.all(projectors.map((name) => service.kill(name)));
    await topic((each) => each.rewind());
    await Promise.all(projectors.map((name) => service.start(name)));
  }),
];

function withKafka(name: string, run: (kafka: Kafka, world: World, load: Load) => Promise<string | void>): Fault {
  return { name, needs: 'kafka', run: (world, load) => run(world.kafka!, world, load) };
}

/** The API must answer all the while. */
function broken(
  name: string,
  begin: (kafka: Kafka) => Promise<void> | void,
  end: (kafka: Kafka) => Promise<void> | void,
): Fault {
  return withKafka(name, async (kafka, { random }, load) => {
    await begin(kafka);
    await answersMore(load, random.between(20, 150));
    await end(kafka);
  });
}
