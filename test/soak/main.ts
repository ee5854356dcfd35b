import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { watchOrder } from '../kit/audit.js';
import { judge } from '../kit/judgement.js';
import { startBroker } from '../kit/kafka.mjs';
import { answersMore, type Load } from '../kit/load.js';
import { startPrivatePostgres } from '../kit/private-postgres.js';
import { noteProcess, runProgram } from '../kit/program.js';
import { register } from '../kit/register.js';
import { serverEnvironment } from '../kit/server.js';
import { mayMount } from '../kit/small-disk.js';
import { openTopicFaults, type TopicFaults } from '../kit/topic-faults.js';
import { topicPrefix } from '../kit/topic-prefix.js';
import { separateRoles, startTopology } from '../kit/topology.js';
import { databaseFaults } from './database-faults.js';
import { kafkaFaults } from './kafka-faults.js';
import { processFaults } from './process-faults.js';
import { Random } from '../kit/random.js';
import { restoreBackup } from './restore.js';
import { stateOf } from './state.js';
import { Tally } from './tally.js';
import type { Fault, Kafka, World } from './world.js';

export type SoakOptions = {
  minutes: number;
  seed: number;
  kafka: boolean;
  /** A folder for all data, which the caller removes. */
  scratch: string;
  say(line: string): void;
  /** Steps that end what was started, to be done in the opposite order; also when this is interrupted. */
  undo: (() => unknown)[];
};

/** Every so many rounds the database is taken back to a backup. */
const restoreEvery = 5;
const mostFaults = 4;

/**
 * Rounds of faults under load until the time is over, each judged when all is quiet again.
 * @returns what differs; nothing when all is well
 */
export async function soak(options: SoakOptions): Promise<string[]> {
  const { say, seed } = options;
  const world = await openWorld(options);
  const tally = new Tally();
  const faults = chosen(world);
  const loads: Load[] = [];
  options.undo.push(async () => say(await tally.print(world.postgres.url)));
  const end = Date.now() + options.minutes * 60_000;
  for (let round = 1; Date.now() < end; round++) {
    const differences = await runRound(world, round, faults, loads, tally, say).catch(async (error: Error) => [
      error.message,
      ...(await stateOf(world.service).catch(() => [])),
    ]);
    if (differences.length > 0) return differences.map((each) => `round ${round} of seed ${seed}: ${each}`);
  }
  return [];
}

async function runRound(
  world: World,
  round: number,
  faults: Fault[],
  loads: Load[],
  tally: Tally,
  say: (line: string) => void,
): Promise<string[]> {
  const { service, random, token } = world;
  const happens = async (name: string, run: () => Promise<string | void>) => {
    tally.fault(name);
    say(`round ${round}: ${name}`);
    const what = await run();
    if (what) say(`round ${round}: ${name}: ${what}`);
  };
  if (round % restoreEvery === 0) {
    await happens('restore a backup', () => restoreBackup(world, `lost${round}x`));
  }
  // Tables that a rebuild has swapped in since the last round are watched, too.
  await watchOrder(world.postgres.url);
  const load = await service.startLoad(`round${round}x`, { token, pauseMs: 0 });
  loads.push(load);
  try {
    for (let n = random.between(1, mostFaults); n > 0; n--) {
      await answersMore(load, random.between(20, 100), 60_000);
      await tally.askApplied(service);
      const fault = random.of(faults);
      await happens(fault.name, () => fault.run(world, load));
    }
    await answersMore(load, 20, 60_000);
  } finally {
    await load.stop();
    tally.answered += load.answered.length;
  }
  await tally.askApplied(service);
  return judge(service, loads);
}

const chosen = ({ kafka }: World): Fault[] => {
  const canMount = mayMount();
  return [...processFaults, ...databaseFaults, ...kafkaFaults].filter(
    ({ needs }) => !needs || (needs === 'kafka' ? kafka !== null : canMount),
  );
};

async function openWorld({ seed, scratch, say, undo, ...options }: SoakOptions): Promise<World> {
  say('Starting Postgres and the service…');
  const prefix = topicPrefix();
  const broker = options.kafka
    ? await startBroker({ dir: mkdtempSync(join(scratch, 'kafka-')), note: noteProcess })
    : null;
  if (broker) undo.push(() => broker.stop());
  const postgres = await startPrivatePostgres();
  undo.push(() => postgres.drop());
  await runProgram(['migrate'], serverEnvironment(postgres.dataDir, postgres));
  const { 'relay-1': _, 'relay-2': __, ...withoutRelays } = separateRoles;
  const service = broker
    ? await startTopology(postgres, separateRoles, { KAFKA_BROKERS: broker.brokers, KAFKA_TOPIC_PREFIX: prefix })
    : await startTopology(postgres, withoutRelays);
  undo.push(() => service.stop());
  const settings = { brokers: broker ? [broker.brokers] : [], topicPrefix: prefix };
  const kafka: Kafka | null = broker && {
    broker,
    topic: async <T>(work: (topic: TopicFaults) => Promise<T>) => {
      const topic = await openTopicFaults(settings, postgres.url);
      try {
        return await work(topic);
      } finally {
        await topic.close();
      }
    },
  };
  const token = await register(service.process('api'), 'soak');
  return { service, postgres, kafka, random: new Random(seed), token };
}
