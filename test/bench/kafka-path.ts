import { EventEmitter, once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import type { Conveyor, ConveyorHandlers } from '../../src/core/feed/conveyor.js';
import { createKafka } from '../../src/core/feed/kafka/client.js';
import { createKafkaConveyor } from '../../src/core/feed/kafka/kafka-conveyor.js';
import { createRelay } from '../../src/core/feed/kafka/relay.js';
import type { Source } from '../../src/core/projection/ports.js';
import type { Core } from '../../src/core/runtime/core.js';
import { createTestDatabase } from '../kit/database.js';
import { startInstance, type TestInstance } from '../kit/instance.js';
import { benchSilo, packages } from './silos.js';

export type Path = {
  instance: TestInstance;
  /** Events that were applied, by where they came from. */
  applied: Record<Source, number>;
  stop(): Promise<void>;
};

const log = { debug: () => undefined, info: () => undefined, warn: () => undefined };

/**
 * One process with all roles on a new database, as `serve` is without further words: it appends, relays and applies.
 * Returns when events go this way.
 * @param brokers address of a Kafka; null: from the store
 */
export async function openPath(brokers: string | null): Promise<Path> {
  const database = await createTestDatabase();
  const applied = { store: 0, kafka: 0 };
  const settings = settingsFor(brokers ?? '', database.name);
  const kafka = await createKafka(settings, log);
  const assigned = new EventEmitter();
  const isAssigned = once(assigned, 'all');
  const conveyor = (core: Core): Conveyor => {
    const { partitions, incarnation } = core.store;
    const own = createKafkaConveyor({ kafka, settings, partitions, incarnation, names: ['bench'], log });
    const onAssigned = (handlers: ConveyorHandlers, given: readonly number[] | null) => {
      handlers.onAssigned(given);
      if (given?.length === partitions) assigned.emit('all');
    };
    return {
      start: (handlers) => own.start({ ...handlers, onAssigned: (given) => onAssigned(handlers, given) }),
      stop: () => own.stop(),
    };
  };
  const instance = await startInstance(database.url, [benchSilo(packages)], {
    connections: { requests: 10, projections: 6 },
    onApplied: (_, events, source) => void (applied[source] += events),
    conveyor: brokers ? conveyor : undefined,
  });
  const { core, listener, wakeUp, pool } = instance;
  const { partitions, incarnation } = core.store;
  const liveness = () => listener.backend;
  const { watermark } = core;
  const relay = createRelay({ pool, kafka, settings, partitions, incarnation, watermark, wakeUp, liveness, log });
  if (brokers) {
    relay.start();
    await isAssigned;
    while (relay.state.phase !== 'publishing') await delay(10);
  }
  const stop = async () => {
    await relay.stop();
    await instance.stop();
    await database.drop();
  };
  return { instance, applied, stop };
}

function settingsFor(broker: string, topicPrefix: string) {
  return {
    brokers: [broker],
    tls: false,
    tlsCa: undefined,
    sasl: null,
    topicPrefix,
    replicationFactor: 1,
    retentionHours: 1,
    maxMessageBytes: 1_048_576,
  };
}
