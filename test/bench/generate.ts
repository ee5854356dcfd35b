import type pg from 'pg';
import { streamIdOf } from '../../src/core/command/aggregate.js';
import { partitionOf } from '../../src/core/event-store/partition.js';
import { eventColumns } from '../../src/core/event-store/rows.js';
import { copyJson, copyLines } from './copy-log.js';
import { packageEvent, packageMetadata } from './package-events.js';
import { Random } from '../kit/random.js';
import { occasionOf, schedule } from './schedule.js';

export type LogSize = { events: number; streams: number; seed: number };

const FIRST_MS = Date.UTC(2024, 0, 1);
const SPAN_MS = 2 * 365 * 24 * 3_600_000;

/** Failed appends leave holes between positions. */
const HOLES = 0.005;

/**
 * Fills an empty log with the life of a registry's packages. The same size and seed give the same log.
 * It goes past `store.append`, by COPY: the log is empty and nobody reads it yet.
 * @throws Error when there are events already; RangeError when there are fewer events than streams
 */
export async function generateLog(pool: pg.Pool, size: LogSize, onProgress?: (events: number) => void): Promise<void> {
  const { rows } = await pool.query(
    'SELECT partitions, (SELECT count(*)::int FROM (SELECT FROM store.events LIMIT 1) e) AS events FROM store.settings',
  );
  if (rows[0].events > 0) throw new Error('The log is not empty.');
  const traffic = new Traffic(size, rows[0].partitions);
  const client = await pool.connect();
  try {
    await client.query('BEGIN');
    await copyLines(client, `store.events (${eventColumns})`, traffic.events(onProgress));
    await copyLines(client, 'store.streams (stream_id, version, partition)', traffic.streams());
    await client.query(`SELECT setval('store.event_position', $1)`, [traffic.position]);
    await client.query('COMMIT');
    await client.query('VACUUM ANALYZE store.events, store.streams');
  } finally {
    client.release(true);
  }
}

/** The lines of the tables, in COPY's text format. `events` must be used up before `streams`. */
class Traffic {
  /** The last position that was given. */
  position = 0;
  private readonly random: Random;
  private readonly versions: Uint32Array;

  constructor(
    private readonly size: LogSize,
    private readonly partitions: number,
  ) {
    this.random = new Random(size.seed);
    this.versions = new Uint32Array(size.streams);
  }

  *events(onProgress?: (events: number) => void): Iterable<string> {
    const { events, streams } = this.size;
    let done = 0;
    for (const scheduled of schedule(events, streams, this.random)) {
      const { stream, moment } = occasionOf(scheduled, streams);
      const version = ++this.versions[stream]!;
      this.position += this.random.next() < HOLES ? 2 : 1;
      const { type, data } = packageEvent(this.random, stream, version);
      const metadata = packageMetadata(this.random);
      const id = streamIdOf('package', stream + 1);
      const occurredAt = new Date(FIRST_MS + Math.floor(moment * SPAN_MS)).toISOString();
      yield `${this.position}\t${partitionOf(id, this.partitions)}\t${id}\t${version}\t${type}\t1\t${copyJson(data)}\t${copyJson(metadata)}\t${occurredAt}\n`;
      if (++done % 10_000 === 0 || done === events) onProgress?.(done);
    }
  }

  *streams(): Iterable<string> {
    for (const [stream, version] of this.versions.entries()) {
      const id = streamIdOf('package', stream + 1);
      yield `${id}\t${version}\t${partitionOf(id, this.partitions)}\n`;
    }
  }
}
