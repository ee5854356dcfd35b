import { pipeline } from 'node:stream/promises';
import { from as copyFrom } from 'pg-copy-streams';
import type pg from 'pg';
import type { Recorded } from '../../event-store/types.js';
import type { ParkedStream } from '../batch.js';
import { codecOf } from '../codec.js';
import { columnNames, tableName } from '../ddl.js';
import { typesOf, type RowsProjection, type SumsProjection } from '../definition.js';
import { isPoison } from '../failure.js';
import { quoted } from '../names.js';
import { transaction } from '../transaction.js';
import { writerOf } from '../writers.js';
import { markLoaded, tooManyParked } from './build-state.js';
import { toCopyField } from './copy-text.js';
import { foldInBatches } from './fold-in-batches.js';
import { MetadataWanted, readLog, type PartitionedEvents } from './log-reader.js';
import { RebuildRefused, type Build, type BuildPorts } from './ports.js';
import { RowsFolder, type FinalRow } from './rows-folder.js';
import { standbySchema } from './standby.js';
import { SumsFolder } from './sums-folder.js';

type Chunks = AsyncIterable<Recorded[]>;

/** Writes what a part makes of the table. @returns the streams that stopped. */
type Fold = (writer: pg.ClientBase, chunks: Chunks) => Promise<ParkedStream[]>;

export type LoadOptions = {
  maxParkedStreams: number;
  skips: ReadonlySet<number>;
  /** Told of events as they are read; of a negative number when a part is given up. */
  onRead(events: number): void;
  /** As the runner does it, against the indexes that the table will have: slow, for what the table cannot take without being asked. */
  inBatches?: boolean;
  signal?: AbortSignal;
};

/** Loads parts of the log into the standby, each in one transaction that also marks it as loaded. */
export class PartLoader {
  private withMetadata = false;

  constructor(
    private readonly ports: BuildPorts,
    private readonly build: Build,
    private readonly options: LoadOptions,
  ) {}

  /**
   * Tries the cheap way first: fold in memory, write by COPY. What Postgres refuses there is found by ordinary batches.
   * @param parts of one slice, in ascending order: they are read in one go
   * @throws RebuildRefused, or the failure of the surroundings; then nothing of the part that failed is written
   */
  async load(parts: readonly number[]): Promise<void> {
    if (this.options.inBatches) {
      for (const part of parts) await this.loadInBatches(part);
      return;
    }
    const left = [...parts];
    try {
      await this.read(parts, async (events) => {
        for (; left.length > 0; left.shift()) await this.write(left[0]!, events, this.fold);
      });
    } catch (error) {
      this.options.signal?.throwIfAborted();
      if (error instanceof MetadataWanted && !this.withMetadata) {
        this.withMetadata = true;
        return this.load(left);
      }
      if (error instanceof RebuildRefused || !isPoison(error) || left.length === 0) throw error;
      await this.loadInBatches(left.shift()!);
      if (left.length > 0) await this.load(left);
    }
  }

  private async loadInBatches(part: number): Promise<void> {
    this.withMetadata = true;
    await this.read([part], (events) =>
      this.write(part, events, (writer, chunks) => foldInBatches(writer, this.build.definition, chunks)),
    );
  }

  private async write(part: number, events: PartitionedEvents, fold: Fold): Promise<void> {
    let read = 0;
    const counted = (count: number) => {
      read += count;
      this.options.onRead(count);
    };
    const chunks = counting(events.of(this.partitionOf(part)), counted);
    try {
      await transaction(this.ports.pool, async (writer) => {
        const parked = await fold(writer, chunks);
        await markLoaded(writer, this.build, part, { events: read, parked }, this.options.maxParkedStreams);
      });
    } catch (error) {
      this.options.onRead(-read);
      throw error;
    }
  }

  private readonly fold: Fold = (writer, chunks) => {
    const { definition } = this.build;
    return definition.kind === 'rows' ? this.copyRows(writer, definition, chunks) : addSums(writer, definition, chunks);
  };

  private partitionOf(part: number): number {
    return part % this.ports.partitions;
  }

  private async read(parts: readonly number[], take: (events: PartitionedEvents) => Promise<void>): Promise<void> {
    const { definition, target } = this.build;
    const { partitions, pool, decode } = this.ports;
    const request = {
      partitions: parts.map((part) => this.partitionOf(part)),
      slice: Math.floor(parts[0]! / partitions),
      slices: this.build.parts / partitions,
      upTo: target,
      types: typesOf(definition),
      withMetadata: this.withMetadata,
      skips: this.options.skips,
    };
    const client = await pool.connect();
    let failure: Error | undefined;
    try {
      await readLog(client, request, decode, take, this.options.signal);
    } catch (error) {
      // Still in the middle of a COPY.
      failure = error as Error;
      throw error;
    } finally {
      client.release(failure);
    }
  }

  private async copyRows(writer: pg.ClientBase, definition: RowsProjection, chunks: Chunks): Promise<ParkedStream[]> {
    const folder = new RowsFolder(writerOf(definition, standbySchema));
    const names = columnNames(definition).map(quoted).join(', ');
    const target = writer.query(copyFrom(`COPY ${tableName(definition, standbySchema)} (${names}) FROM STDIN`));
    // One that was destroyed still hears the end of its connection.
    target.on('error', () => undefined);
    await pipeline(this.lines(definition, folder, chunks), target);
    return folder.parked;
  }

  private async *lines(definition: RowsProjection, folder: RowsFolder, chunks: Chunks): AsyncGenerator<Buffer> {
    const line = lineOf(definition);
    for await (const events of chunks) {
      const lines = folder.add(events).map(line);
      if (lines.length > 0) yield Buffer.from(lines.join(''));
      if (folder.parked.length > this.options.maxParkedStreams)
        throw tooManyParked(folder.parked, this.options.maxParkedStreams);
    }
    yield Buffer.from(folder.end().map(line).join(''));
  }
}

/** A row as COPY takes it, with its columns in the order of `columnNames`. */
export function lineOf(definition: RowsProjection): (row: FinalRow) => string {
  const columns = definition.table.columns.map(({ property, type }) => ({ property, encode: codecOf(type).encode }));
  const withStream = definition.keys !== null;
  return ({ streamId, row, position }) => {
    let line = '';
    for (const { property, encode } of columns) line += `${toCopyField(encode(row[property]))}\t`;
    if (withStream) line += `${toCopyField(streamId)}\t`;
    return `${line}${position}\n`;
  };
}

async function addSums(writer: pg.ClientBase, definition: SumsProjection, chunks: Chunks): Promise<ParkedStream[]> {
  const table = writerOf(definition, standbySchema);
  const folder = new SumsFolder(table);
  for await (const events of chunks) folder.add(events);
  await table.write(writer, [folder.change()]);
  return [];
}

async function* counting(chunks: Chunks, counted: (events: number) => void): AsyncGenerator<Recorded[]> {
  for await (const events of chunks) {
    counted(events.length);
    yield events;
  }
}
