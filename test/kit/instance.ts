import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import { executeFor, type Execute } from '../../src/core/command/dispatcher.js';
import { Silos, type Silo } from '../../src/core/command/silo.js';
import { KeyRing, generateRingKey } from '../../src/core/crypto/key-ring.js';
import { createPool } from '../../src/core/event-store/pool.js';
import type { Actor } from '../../src/core/event-store/types.js';
import { Listener } from '../../src/core/feed/listener.js';
import { WakeUp } from '../../src/core/feed/wake-up.js';
import type { RunnerOptions } from '../../src/core/projection/ports.js';
import { openCore, type Core } from '../../src/core/runtime/core.js';
import type { Conveyor } from '../../src/core/feed/conveyor.js';
import type { Definition } from '../../src/core/projection/definition.js';
import { createProjector, type Projector, type ProjectorPorts } from '../../src/core/runtime/projector.js';

/** The write side and the projections of one process, without HTTP. Several of them on one database are several processes. */
export type TestInstance = {
  core: Core;
  projector: Projector;
  pool: pg.Pool;
  listener: Listener;
  wakeUp: WakeUp;
  /** What the runner logged, newest last. */
  logged: { level: string; message: string; fields: object }[];
  /** Runs commands as somebody and waits until they are visible. */
  executeAs(actor: Actor): Execute;
  stop(): Promise<void>;
};

export type InstanceOptions = {
  ring?: KeyRing;
  runner?: Partial<RunnerOptions>;
  /** Most connections of requests and of projections. */
  connections?: { requests: number; projections: number };
  /** Brings the tail of the log from elsewhere than the store. */
  conveyor?: (core: Core) => Conveyor;
  /** What it runs; all that the silos declare, when left out. */
  runs?: Definition[];
  /** Hears of every batch that was applied. */
  onApplied?: ProjectorPorts['onApplied'];
  /** False leaves it to the caller to start the projections. */
  starts?: boolean;
};

export async function startInstance(url: string, silos: Silo[], options: InstanceOptions = {}): Promise<TestInstance> {
  const { requests, projections } = options.connections ?? { requests: 6, projections: 4 };
  const pool = createPool({ url, max: requests, role: 'append' });
  const projectionPool = createPool({ url, max: projections, role: 'projection' });
  const listener = new Listener({ url });
  await listener.start();
  const wakeUp = new WakeUp(projectionPool, listener);
  const ring = options.ring ?? new KeyRing([generateRingKey()]);
  const core = await openCore(pool, ring, testSilos(silos), () => wakeUp.appended(), projectionPool);
  const logged: TestInstance['logged'] = [];
  const to = (level: string) => (fields: object, message: string) => logged.push({ level, message, fields });
  const log = { info: to('info'), warn: to('warn'), error: to('error') };
  const projector = createProjector({
    core,
    pool: projectionPool,
    listener,
    wakeUp,
    log,
    options: options.runner,
    conveyor: options.conveyor?.(core),
    runs: options.runs,
    onApplied: options.onApplied,
  });
  if (options.starts ?? true) await projector.start();
  const dispatcher = core.dispatcher(projector.waiter);
  return {
    core,
    projector,
    pool,
    listener,
    wakeUp,
    logged,
    executeAs: (actor) =>
      executeFor(
        () => ({ actor, now: new Date(), correlationId: randomUUID() }),
        (command) => dispatcher.run(command),
      ),
    stop: async () => {
      await projector.stop();
      await wakeUp.close();
      await listener.stop();
      await projectionPool.end();
      await pool.end();
    },
  };
}

/** Tests declare aggregates and projections of their own beside the product's, so nothing is checked for completeness here. */
export const testSilos = (silos: Silo[]): Silos => new Silos(silos, { complete: false });

export const system: Actor = { kind: 'system', name: 'test' };
