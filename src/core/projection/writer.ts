import type pg from 'pg';
import type { Recorded } from '../event-store/types.js';
import type { NewJob } from '../tasks/add-jobs.js';
import { codecOf } from './codec.js';
import { liveSchema, tableName, type Schema } from './ddl.js';
import type { RowsProjection, SumsProjection } from './definition.js';
import { quoted } from './names.js';

/** The events of one stream within a batch, in stream order. */
export type StreamBatch = { streamId: string; events: Recorded[] };

/** What one stream's events make of a projection's table, or which jobs follow from them. Computed before anything is written, so a bad fold writes nothing. */
export type StreamChange = {
  streamId: string;
  upserts: { row: Record<string, unknown>; position: number }[];
  deletes: string[];
  deltas: { group: string; partition: number; add: Record<string, number> }[];
  jobs: NewJob[];
};

/** Folds and writes for one projection: the only code that touches its table. One statement per kind of change. */
export interface ProjectionWriter {
  /** Rows that the batch will change, read inside the batch's transaction. */
  load(client: pg.ClientBase, batches: StreamBatch[]): Promise<Map<string, Record<string, unknown>>>;
  /** Pure. @throws whatever a handler throws, or an Error that names a column that a handler left out. */
  fold(batch: StreamBatch, rows: Map<string, Record<string, unknown>>): StreamChange;
  write(client: pg.ClientBase, changes: StreamChange[]): Promise<void>;
  /** Removes what the stream had written, before it is folded anew. Sums cannot and need not: their parked part was never added. */
  clear(client: pg.ClientBase, streamId: string): Promise<void>;
}

export class RowsWriter implements ProjectionWriter {
  private readonly columns;
  private readonly table: string;
  private readonly selectSql: string;
  private readonly upsertSql: string;

  constructor(
    private readonly definition: RowsProjection,
    schema: Schema = liveSchema,
  ) {
    this.columns = definition.table.columns.map((column) => ({ ...column, codec: codecOf(column.type) }));
    this.table = tableName(definition, schema);
    const names = this.columns.map((column) => quoted(column.name));
    this.selectSql = `SELECT ${names.join(', ')} FROM ${this.table} WHERE id = ANY($1)`;
    const written = [
      ...this.columns.map((column) => ({ name: quoted(column.name), type: column.type as string })),
      { name: 'position', type: 'bigint' },
      ...(definition.keys ? [{ name: 'stream_id', type: 'text' }] : []),
    ];
    const arrays = written.map((column, index) => `$${index + 1}::${column.type}[]`);
    const updates = written.filter((column) => column.name !== '"id"').map(({ name }) => `${name} = excluded.${name}`);
    this.upsertSql =
      `INSERT INTO ${this.table} (${written.map((column) => column.name).join(', ')}) ` +
      `SELECT * FROM unnest(${arrays.join(', ')}) ON CONFLICT (id) DO UPDATE SET ${updates.join(', ')}`;
  }

  async load(client: pg.ClientBase, batches: StreamBatch[]): Promise<Map<string, Record<string, unknown>>> {
    const ids = new Set<string>();
    for (const batch of batches) for (const event of batch.events) for (const id of this.keysOf(event)) ids.add(id);
    const found = await client.query({
      name: `load ${this.table}`.slice(0, 63),
      text: this.selectSql,
      values: [[...ids]],
    });
    return new Map(found.rows.map((stored) => [stored.id as string, this.decode(stored)]));
  }

  fold(batch: StreamBatch, rows: Map<string, Record<string, unknown>>): StreamChange {
    const touched = new Map<string, { row: Record<string, unknown> | null; position: number }>();
    for (const event of batch.events) {
      const handler = this.definition.on[event.type];
      if (!handler) continue;
      for (const id of this.keysOf(event)) {
        const before = touched.has(id) ? touched.get(id)!.row : rows.get(id);
        touched.set(id, { row: handler(event, before ?? undefined), position: event.position });
      }
    }
    const change: StreamChange = { streamId: batch.streamId, upserts: [], deletes: [], deltas: [], jobs: [] };
    for (const [id, { row, position }] of touched) {
      if (!row) change.deletes.push(id);
      else change.upserts.push({ row: this.complete(row, id), position });
    }
    return change;
  }

  async write(client: pg.ClientBase, changes: StreamChange[]): Promise<void> {
    const upserts = changes.flatMap((change) =>
      change.upserts.map((upsert) => ({ ...upsert, streamId: change.streamId })),
    );
    const deletes = changes.flatMap((change) => change.deletes);
    if (upserts.length > 0) {
      const values: unknown[][] = this.columns.map((column) =>
        upserts.map(({ row }) => column.codec.encode(row[column.property])),
      );
      values.push(upserts.map(({ position }) => position));
      if (this.definition.keys) values.push(upserts.map(({ streamId }) => streamId));
      await client.query({ name: `write ${this.table}`.slice(0, 63), text: this.upsertSql, values });
    }
    if (deletes.length > 0) await client.query(`DELETE FROM ${this.table} WHERE id = ANY($1)`, [deletes]);
  }

  async clear(client: pg.ClientBase, streamId: string): Promise<void> {
    await client.query(`DELETE FROM ${this.table} WHERE ${this.definition.keys ? 'stream_id' : 'id'} = $1`, [streamId]);
  }

  private keysOf(event: Recorded): string[] {
    return this.definition.keys ? this.definition.keys(event) : [event.streamId];
  }

  private decode(stored: Record<string, unknown>): Record<string, unknown> {
    return Object.fromEntries(
      this.columns.map((column) => [column.property, column.codec.decode(stored[column.name])]),
    );
  }

  private complete(row: Record<string, unknown>, id: string): Record<string, unknown> {
    for (const column of this.columns) {
      const value = row[column.property];
      if (value === undefined)
        throw new Error(`The fold of ${this.definition.name} leaves out the column ${column.property}.`);
    }
    if (row.id !== id)
      throw new Error(`The fold of ${this.definition.name} gives the row ${String(row.id)} for the key ${id}.`);
    return row;
  }
}

export class SumsWriter implements ProjectionWriter {
  private readonly upsertSql: string;

  constructor(
    private readonly definition: SumsProjection,
    schema: Schema = liveSchema,
  ) {
    const table = tableName(definition, schema);
    const counters = definition.counters.map(quoted);
    const arrays = counters.map((_, index) => `$${index + 3}::bigint[]`);
    const added = counters.map((name) => `${name} = ${table}.${name} + excluded.${name}`);
    this.upsertSql =
      `INSERT INTO ${table} (group_key, partition, ${counters.join(', ')}) SELECT * FROM unnest($1::text[], $2::smallint[], ${arrays.join(', ')}) ` +
      `ON CONFLICT (group_key, partition) DO UPDATE SET ${added.join(', ')}`;
  }

  async load(): Promise<Map<string, Record<string, unknown>>> {
    return new Map();
  }

  fold(batch: StreamBatch): StreamChange {
    const deltas = batch.events.flatMap((event) =>
      (this.definition.on[event.type]?.(event) ?? []).map((delta) => ({ ...delta, partition: event.partition })),
    );
    for (const delta of deltas) this.assertCounters(delta.add);
    return { streamId: batch.streamId, upserts: [], deletes: [], deltas, jobs: [] };
  }

  async write(client: pg.ClientBase, changes: StreamChange[]): Promise<void> {
    // One row may be written once per statement, so deltas of the same group and partition are added up first.
    const totals = new Map<string, StreamChange['deltas'][number]>();
    for (const delta of changes.flatMap((change) => change.deltas)) {
      const key = `${delta.partition} ${delta.group}`;
      const total = totals.get(key) ?? { group: delta.group, partition: delta.partition, add: {} };
      for (const [counter, by] of Object.entries(delta.add)) total.add[counter] = (total.add[counter] ?? 0) + by;
      totals.set(key, total);
    }
    if (totals.size === 0) return;
    const rows = [...totals.values()];
    await client.query(this.upsertSql, [
      rows.map((row) => row.group),
      rows.map((row) => row.partition),
      ...this.definition.counters.map((counter) => rows.map((row) => row.add[counter] ?? 0)),
    ]);
  }

  async clear(): Promise<void> {}

  private assertCounters(add: Record<string, number>): void {
    for (const [counter, by] of Object.entries(add)) {
      if (!this.definition.counters.includes(counter))
        throw new Error(`${this.definition.name} has no counter ${counter}.`);
      if (!Number.isSafeInteger(by))
        throw new Error(`${this.definition.name}: ${counter} must change by a whole number.`);
    }
  }
}
