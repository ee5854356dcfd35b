import type pg from 'pg';
import type { Recorded, StoredEvent } from '../event-store/types.js';
import { typesOf, type Definition } from '../projection/definition.js';
import { Broadcast } from '../feed/broadcast.js';
import type { Conveyor } from '../feed/conveyor.js';
import { reachOf, readHeads, readPage } from '../feed/store-feed.js';
import type { Listener } from '../feed/listener.js';
import type { WakeUp } from '../feed/wake-up.js';
import { LiveEvents } from '../live/live-events.js';
import { controlChannel } from '../projection/operate.js';
import { Ownership } from '../projection/ownership.js';
import type { RunnerLog, RunnerOptions, Source } from '../projection/ports.js';
import { ProjectionRunner } from '../projection/runner.js';
import { VisibilityWaiter } from '../projection/waiter.js';
import type { Core } from './core.js';

export const progressChannel = 'waybill_progress';

export type Projector = {
  runner: ProjectionRunner;
  waiter: VisibilityWaiter;
  live: LiveEvents;
  /** This process in store.processes. */
  processId: string;
  start(): Promise<void>;
  stop(): Promise<void>;
};

export type ProjectorPorts = {
  core: Core;
  /** Connections of its own, with synchronous_commit off: read models can be derived again. */
  pool: pg.Pool;
  listener: Listener;
  wakeUp: WakeUp;
  log: RunnerLog;
  onApplied?(projection: string, events: number, source: Source): void;
  /** Brings the tail of the log from elsewhere than the store. */
  conveyor?: Conveyor;
  /** What this process runs; all, when left out. One that runs nothing waits for what others run. */
  runs?: Definition[];
  options?: Partial<RunnerOptions>;
};

/** Ties the runner to the store's feed, to the notifications of other processes and to the waits of this one. */
export function createProjector(ports: ProjectorPorts): Projector {
  const { core, pool, listener, wakeUp, log } = ports;
  const types = new Set(core.silos.definitions.flatMap(typesOf));
  const decode = (stored: StoredEvent[]): Promise<Recorded[]> =>
    core.codec.decode(
      core.silos.eventTypes,
      stored.filter((event) => types.has(event.type)),
    );
  let othersLive = false;
  const progress = coalesced(20, () => {
    // Nobody else is there to be told, most of the time.
    if (othersLive) pool.query(`SELECT pg_notify($1, '')`, [progressChannel]).catch(() => undefined);
  });
  const ownership = new Ownership(pool, core.store.partitions);
  const runner = new ProjectionRunner(
    ports.runs ?? core.silos.definitions,
    {
      pool,
      partitions: core.store.partitions,
      safeHead: () => core.watermark.safeHead(),
      lastPosition: () => core.watermark.lastPosition(),
      readPage: async (request) => {
        const stored = await readPage(core.feedPool, request);
        return { events: await decode(stored), reached: reachOf(stored, request) };
      },
      readHeads: (partitions, upTo) => readHeads(core.feedPool, partitions, upTo),
      decode,
      conveyor: ports.conveyor,
      ownership,
      liveness: () => listener.backend,
      log,
      onApplied: ports.onApplied,
      onProgress: progress,
      onLiveProcesses: (count) => {
        othersLive = count > 1;
        wakeUp.othersListening = othersLive;
      },
    },
    ports.options,
  );
  const waiter = new VisibilityWaiter(pool, runner);
  const broadcast = new Broadcast({
    pool: core.feedPool,
    watermark: core.watermark,
    wakeUp,
    onError: (error) => log.warn({ err: error }, 'a subscription could not be told of events'),
  });
  const live = new LiveEvents({ silos: core.silos, codec: core.codec, broadcast, visibility: waiter });
  const unsubscribe = [
    wakeUp.subscribe(() => runner.wake()),
    listener.on(controlChannel, () => runner.reload()),
    listener.on(progressChannel, () => waiter.notify()),
  ];
  return {
    runner,
    waiter,
    live,
    processId: ownership.processId,
    start: () => runner.start(),
    stop: async () => {
      for (const end of unsubscribe) end();
      await runner.stop();
    },
  };
}

/** Runs `work` at most once per interval, and once more after the last call. */
function coalesced(intervalMs: number, work: () => void): () => void {
  let timer: NodeJS.Timeout | null = null;
  return () => {
    timer ??= setTimeout(() => {
      timer = null;
      work();
    }, intervalMs);
    timer.unref();
  };
}
