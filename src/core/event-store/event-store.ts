import type pg from 'pg';
import { appendError } from './append-errors.js';
import { appendStatement, appendValues } from './append-statement.js';
import { loadStreams } from './load.js';
import { Numbers } from './numbers.js';
import { partitionOf } from './partition.js';
import { eventColumns, eventFrom, positionFrom, storeTypes, type EventRow } from './rows.js';
import { run, type Statement } from './statement.js';
import { storableJson } from './text.js';
import type {
  AppendRequest,
  AppendResult,
  CommandKey,
  JsonObject,
  LoadedStreams,
  LoadOptions,
  StoredEvent,
  StreamHead,
} from './types.js';

const readStreamStatement: Statement = {
  name: 'store.read_stream',
  text: `SELECT ${eventColumns} FROM store.events
    WHERE stream_id = $1 AND stream_version > $2 AND position <= $3 ORDER BY stream_version`,
};

const readFirstStatement: Statement = {
  name: 'store.read_first',
  text: `SELECT ${eventColumns} FROM store.events WHERE stream_id = ANY ($1) AND stream_version = 1`,
};

const claimOwnerStatement: Statement = {
  name: 'store.claim_owner',
  text: 'SELECT stream_id FROM store.claims WHERE key = $1',
};

const saveSnapshotStatement: Statement = {
  name: 'store.save_snapshot',
  text: `INSERT INTO store.snapshots AS s (stream_id, state_version, stream_version, state) VALUES ($1, $2, $3, $4)
    ON CONFLICT (stream_id, state_version) DO UPDATE SET stream_version = excluded.stream_version, state = excluded.state
    WHERE s.stream_version < excluded.stream_version`,
};

type AppendRow = { versions: number[] | null; positions: string[] | null; earlier: EarlierResult | null };
type EarlierResult = { streams: StreamHead[]; position: number };

/** The log of events in Postgres: the only truth. */
export class EventStore {
  private readonly numbers: Numbers;

  private constructor(
    private readonly pool: pg.Pool,
    /** Fixed when the store was made. */
    readonly partitions: number,
    /** Names this log; a restored or new one has another. */
    readonly incarnation: string,
  ) {
    this.numbers = new Numbers(pool);
  }

  /** @throws Error when the database is not migrated. The pool stays the caller's to end. */
  static async open(pool: pg.Pool): Promise<EventStore> {
    const { rows } = await pool.query('SELECT partitions, store.incarnation() AS incarnation FROM store.settings');
    return new EventStore(pool, rows[0].partitions, rows[0].incarnation);
  }

  /**
   * Writes all or nothing, in one statement.
   * @throws ConcurrencyConflict, ClaimTaken, ClaimNotOwned, CommandKeyConflict, SubjectErased; Refusal EVENT_TOO_LARGE or
   * INVALID_TEXT; RangeError when a limit of `limits.ts` is passed.
   */
  async append(request: AppendRequest): Promise<AppendResult> {
    const values = appendValues(request, this.partitions);
    try {
      const [row] = await run<AppendRow>(this.pool, appendStatement, values);
      return this.resultOf(request, row!);
    } catch (error) {
      throw appendError(error);
    }
  }

  /**
   * Streams with their events, snapshots and data keys, and what the command did before, from one moment of the log.
   * @throws CommandKeyConflict when the key was used with other input.
   */
  load(streamIds: string[], commandKey?: CommandKey, options: LoadOptions = {}): Promise<LoadedStreams> {
    return loadStreams(this.pool, this.partitions, streamIds, commandKey, options);
  }

  /** Events of one stream in order of version. */
  async readStream(
    streamId: string,
    { afterVersion = 0, upToPosition = Number.MAX_SAFE_INTEGER }: { afterVersion?: number; upToPosition?: number } = {},
  ): Promise<StoredEvent[]> {
    const values = [streamId, afterVersion, upToPosition];
    const rows = await run<EventRow>(this.pool, readStreamStatement, values, { rowMode: 'array', types: storeTypes });
    return rows.map(eventFrom);
  }

  /** The first event of each stream that exists, in no order: what began it, however long it is by now. */
  async readFirst(streamIds: string[]): Promise<StoredEvent[]> {
    const options = { rowMode: 'array' as const, types: storeTypes };
    const rows = await run<EventRow>(this.pool, readFirstStatement, [streamIds], options);
    return rows.map(eventFrom);
  }

  /**
   * The stream that holds a claim now, by the log and not by a read model, which may be late; null when it is free.
   * @param key as `claimKey` makes it
   */
  async ownerOfClaim(key: string): Promise<string | null> {
    const [row] = await run<{ stream_id: string }>(this.pool, claimOwnerStatement, [key]);
    return row?.stream_id ?? null;
  }

  /** A new number of the kind, for an id that clients see. Unique and growing, with holes; the first is 1. */
  drawNumber(kind: string): Promise<number> {
    return this.numbers.draw(kind);
  }

  /** To be called when the database was away: it may come back as it was some time ago. */
  forgetNumbers(): void {
    this.numbers.forget();
  }

  /** Caches a folded state. An older one never replaces a newer one. */
  async saveSnapshot(streamId: string, stateVersion: number, streamVersion: number, state: JsonObject): Promise<void> {
    await run(this.pool, saveSnapshotStatement, [streamId, stateVersion, streamVersion, storableJson(state)]);
  }

  private resultOf(request: AppendRequest, row: AppendRow): AppendResult {
    if (row.earlier) return { outcome: 'repeated', ...row.earlier };
    const positions = row.positions!.map(positionFrom);
    const streams = request.streams.map(({ streamId }, place) => ({
      streamId,
      version: row.versions![place]!,
      position: positions[place]!,
      partition: partitionOf(streamId, this.partitions),
    }));
    return { outcome: 'appended', streams, position: Math.max(...positions) };
  }
}
