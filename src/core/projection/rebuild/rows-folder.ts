import type { Recorded } from '../../event-store/types.js';
import { byStream, parkedAt, type ParkedStream } from '../batch.js';
import { isPoison } from '../failure.js';
import type { ProjectionWriter, StreamBatch } from '../writer.js';
import { MetadataWanted } from './log-reader.js';

type Row = Record<string, unknown>;

/** A row that no event of the part changes any more. */
export type FinalRow = { streamId: string; row: Row; position: number };

/**
 * Folds one stream after the other and holds the rows of one only, and none of its events. An event that a handler throws at parks its
 * stream: rows stay as they were before it.
 */
export class RowsFolder {
  readonly parked: ParkedStream[] = [];
  private streamId: string | null = null;
  private rows = new Map<string, Row>();
  private positions = new Map<string, number>();

  constructor(private readonly writer: Pick<ProjectionWriter, 'fold'>) {}

  /** @param events streams one after the other, each in its order. @returns the rows of the streams that ended. */
  add(events: Recorded[]): FinalRow[] {
    const final: FinalRow[] = [];
    for (const batch of byStream(events)) {
      if (batch.streamId !== this.streamId) {
        for (const row of this.end()) final.push(row);
        this.streamId = batch.streamId;
      }
      if (this.parked.at(-1)?.streamId !== batch.streamId) this.fold(batch);
    }
    return final;
  }

  /** The rows of the last stream. */
  end(): FinalRow[] {
    const final: FinalRow[] = [];
    for (const [id, row] of this.rows) final.push({ streamId: this.streamId!, row, position: this.positions.get(id)! });
    this.rows.clear();
    this.positions.clear();
    return final;
  }

  private fold(batch: StreamBatch): void {
    try {
      this.apply(batch);
    } catch (error) {
      rethrowUnlessPoison(error);
      this.foldOneByOne(batch);
    }
  }

  private foldOneByOne({ streamId, events }: StreamBatch): void {
    for (const event of events) {
      try {
        this.apply({ streamId, events: [event] });
      } catch (error) {
        this.parked.push(parkedAt(event, error));
        return;
      }
    }
  }

  private apply(batch: StreamBatch): void {
    const { upserts, deletes } = this.writer.fold(batch, this.rows);
    for (const { row, position } of upserts) {
      this.rows.set(row.id as string, row);
      this.positions.set(row.id as string, position);
    }
    for (const id of deletes) this.rows.delete(id);
  }
}

/** A fold has no surroundings that could fail, except that it was given too little. */
function rethrowUnlessPoison(error: unknown): void {
  if (error instanceof MetadataWanted || !isPoison(error)) throw error;
}
