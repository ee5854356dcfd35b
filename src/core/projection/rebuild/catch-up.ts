import type pg from 'pg';
import type { Recorded } from '../../event-store/types.js';
import { applyBatch } from '../batch.js';
import { readProgress, readSkips, type StoredProgress } from '../checkpoints.js';
import { typesOf, type Projection } from '../definition.js';
import type { ReadStream } from '../operate.js';
import type { PartitionReader } from '../verify.js';
import { writerOf } from '../writers.js';
import { standbyName, standbySchema } from './standby.js';

export type SwapPorts = {
  pool: pg.Pool;
  /** P of the store. */
  partitions: number;
  safeHead(): Promise<number>;
  readPartition: PartitionReader;
  readStream: ReadStream;
};

export type CatchUpOptions = {
  signal?: AbortSignal;
  /** Hears how many events were applied since the call. */
  onProgress?(events: number): void;
};

const pageSize = 2000;
/** Fewer events than this are left to the swap. */
const smallLag = 500;

/**
 * Applies to the standby what the log has beyond its checkpoints, by ordinary batches, until hardly anything comes after.
 * @throws the signal's reason; whatever the database throws
 */
export async function catchUpStandby(
  ports: SwapPorts,
  definition: Projection,
  options: CatchUpOptions = {},
): Promise<void> {
  let applied = 0;
  for (let round = Infinity; round >= smallLag;) {
    round = 0;
    const head = await ports.safeHead();
    const skips = await skipsOf(ports.pool, definition);
    for (const progress of await standing(ports, definition)) {
      await pages(ports, definition, { ...progress, upTo: head, skips }, async (events, reached) => {
        options.signal?.throwIfAborted();
        const advance = {
          partition: progress.partition,
          from: progress.position,
          to: reached,
          generation: progress.generation,
        };
        const name = standbyName(definition);
        const parked = await applyBatch(ports.pool, name, writerOf(definition, standbySchema), events, [advance]);
        progress.position = reached;
        round += events.length;
        options.onProgress?.((applied += events.length));
        return parked.map(({ streamId }) => streamId);
      });
    }
  }
}

/** Where the standby stands in each partition. */
function standing({ pool, partitions }: SwapPorts, definition: Projection): Promise<StoredProgress[]> {
  const projection = standbyName(definition);
  return readProgress(
    pool,
    Array.from({ length: partitions }, (_, partition) => ({ projection, partition })),
  );
}

/** An operator's skips of the projection hold for its standby, too. */
export async function skipsOf(pool: pg.Pool, { versionedName }: Projection): Promise<ReadonlySet<number>> {
  return (await readSkips(pool, [versionedName])).get(versionedName) ?? new Set();
}

type Stretch = { partition: number; position: number; parked: string[]; upTo: number; skips: ReadonlySet<number> };

/**
 * Gives the events of one partition that a standby still has to apply, page by page.
 * @param apply gets a page and how far it reaches; gives the streams that it parked
 */
export async function pages(
  { readPartition }: Pick<SwapPorts, 'readPartition'>,
  definition: Projection,
  { partition, position, parked, upTo, skips }: Stretch,
  apply: (events: Recorded[], reached: number) => Promise<string[]>,
): Promise<void> {
  const queued = new Set(parked);
  for (let after = position; after < upTo;) {
    const page = await readPartition({ partition, after, upTo, types: typesOf(definition), limit: pageSize });
    const events = page.events.filter((event) => !queued.has(event.streamId) && !skips.has(event.position));
    for (const streamId of await apply(events, page.reached)) queued.add(streamId);
    after = page.reached;
  }
}
