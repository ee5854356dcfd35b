import { pipeline } from 'node:stream/promises';
import { from as copyFrom } from 'pg-copy-streams';
import type pg from 'pg';
import type { Recorded } from '../../event-store/types.js';
import type { ParkedStream } from '../batch.js';
import { codecOf } from '../codec.js';
import { columnNames, quoted, tableName } from '../ddl.js';
import { typesOf, type RowsProjection, type SumsProjection } from '../definition.js';
import { isPoison } from '../failure.js';
import { transaction } from '../transaction.js';
import { writerOf } from '../writers.js';
import { markLoaded, tooManyParked } from './build-state.js';
import { toCopyField } from './copy-text.js';
import { foldInBatches } from './fold-in-batches.js';
import { MetadataWanted, readLog } from './log-reader.js';
import { RebuildRefused, type Build, type BuildPorts } from './ports.js';
import { RowsFolder, type FinalRow } from './rows-folder.js';
import { standbySchema } from './standby.js';
import { SumsFolder } from './sums-folder.js';

type Chunks = AsyncIterable<Recorded[]>;

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
   * @throws RebuildRefused, or the failure of the surroundings; then nothing of the part is written
   */
  async load(part: number): Promise<void> {
    const { definition } = this.build;
    if (this.options.inBatches) return this.loadInBatches(part);
    try {
      await this.attempt(part, (writer, chunks) =>
        definition.kind === 'rows' ? this.copyRows(writer, definition, chunks) : addSums(writer, definition, chunks),
      );
    } catch (error) {
      this.options.signal?.throwIfAborted();
      if (error instanceof MetadataWanted && !this.withMetadata) {
        this.withMetadata = true;
        return this.load(part);
      }
      if (error instanceof RebuildRefused || !isPoison(error)) throw error;
      await this.loadInBatches(part);
    }
  }

  private async loadInBatches(part: number): Promise<void> {
    this.withMetadata = true;
    await this.attempt(part, (writer, chunks) => foldInBatches(writer, this.build.definition, chunks), true);
  }

  private async attempt(
    part: number,
    fold: (writer: pg.ClientBase, chunks: Chunks) => Promise<ParkedStream[]>,
    inStreamOrder = this.build.definition.kind === 'rows',
  ): Promise<void> {
    let events = 0;
    const counted = (read: number) => {
      events += read;
      this.options.onRead(read);
    };
    try {
      await transaction(this.ports.pool, async (writer) => {
        let parked: ParkedStream[] = [];
        await this.read(part, inStreamOrder, async (chunks) => {
          parked = await fold(writer, counting(chunks, counted));
        });
        await markLoaded(writer, this.build, part, { events, parked }, this.options.maxParkedStreams);
      });
    } catch (error) {
      this.options.onRead(-events);
      throw error;
    }
  }

  private async read(part: number, byStream: boolean, take: (chunks: Chunks) => Promise<void>): Promise<void> {
    const { definition, target, parts } = this.build;
    const { partitions, pool, decode } = this.ports;
    const request = {
      partition: part % partitions,
      slice: Math.floor(part / partitions),
      slices: parts / partitions,
      upTo: target,
      types: typesOf(definition),
      byStream,
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
