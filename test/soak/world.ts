import type { Broker } from '../kit/kafka.mjs';
import type { Load } from '../kit/load.js';
import type { PrivatePostgres } from '../kit/private-postgres.js';
import type { TopicFaults } from '../kit/topic-faults.js';
import type { Topology } from '../kit/topology.js';
import type { Random } from '../kit/random.js';

/** All that a fault may touch. */
export type World = {
  service: Topology;
  postgres: PrivatePostgres;
  /** Null with --no-kafka. */
  kafka: Kafka | null;
  random: Random;
  /** Of the account whose clients make the loads. */
  token: string;
};

export type Kafka = {
  broker: Broker;
  /** Does something to the topic of the log as it is called now. */
  topic<T>(work: (topic: TopicFaults) => Promise<T>): Promise<T>;
};

/** Begins and ends within `run`: after it nothing is broken any more, and all goes on by itself. */
export type Fault = {
  name: string;
  needs?: 'kafka' | 'mount';
  /** @param load runs all the while @returns what is said of it, beside the name */
  run(world: World, load: Load): Promise<string | void>;
};
