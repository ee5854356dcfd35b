import pg from 'pg';
import type { Recorded } from '../event-store/types.js';
import { byStream } from './batch.js';
import { createTable, tableName } from './ddl.js';
import { typesOf, type Projection } from './definition.js';
import { writerOf } from './writers.js';

export type Difference = { id: string; kind: 'missing' | 'extra' | 'differs' };
export type VerifyReport = { projection: string; events: number; rows: number; differences: Difference[] };

/** Reads decoded events of one partition and of some types, in order of position. */
export type PartitionReader = (request: {
  partition: number;
  after: number;
  upTo: number;
  types: string[];
  limit: number;
}) => Promise<{ events: Recorded[]; reached: number }>;

const pageSize = 2000;

/**
 * Builds a projection anew from the log, in a temporary table, up to exactly where the live one stands, and compares row by row.
 * Live rows, checkpoints, parked streams and skips come from one snapshot, so a live instance may go on meanwhile.
 * `missing` is a row that the live table lacks, `extra` one that it should not have.
 */
export async function verifyProjection(
  url: string,
  read: PartitionReader,
  definition: Projection,
): Promise<VerifyReport> {
  const live = new pg.Client({ connectionString: url });
  const shadow = new pg.Client({ connectionString: url });
  await Promise.all([live.connect(), shadow.connect()]);
  try {
    await live.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    // Before the snapshot: a table that takes this one's place afterwards would look empty to it.
    await live.query(`LOCK TABLE ${tableName(definition)} IN ACCESS SHARE MODE`);
    const standing = await readStanding(live, definition);
    const events = await replay(shadow, read, definition, standing);
    return { projection: definition.versionedName, events, ...(await compare(live, shadow, definition)) };
  } finally {
    await Promise.all([live.end(), shadow.end()]);
  }
}

type Standing = { checkpoints: Map<number, number>; parked: Map<string, number>; skips: Set<number> };

async function readStanding(client: pg.Client, { versionedName }: Projection): Promise<Standing> {
  const checkpoints = await client.query('SELECT partition, position FROM store.checkpoints WHERE projection = $1', [
    versionedName,
  ]);
  const parked = await client.query('SELECT stream_id, position FROM store.parked_streams WHERE projection = $1', [
    versionedName,
  ]);
  const skips = await client.query('SELECT position FROM store.skipped_events WHERE projection = $1', [versionedName]);
  return {
    checkpoints: new Map(checkpoints.rows.map((row) => [row.partition, Number(row.position)])),
    parked: new Map(parked.rows.map((row) => [row.stream_id, Number(row.position)])),
    skips: new Set(skips.rows.map((row) => Number(row.position))),
  };
}

async function replay(
  client: pg.Client,
  read: PartitionReader,
  definition: Projection,
  standing: Standing,
): Promise<number> {
  for (const statement of createTable(definition, 'pg_temp')) await client.query(statement);
  const writer = writerOf(definition, 'pg_temp');
  const types = typesOf(definition);
  let applied = 0;
  for (const [partition, upTo] of standing.checkpoints) {
    for (let after = 0; after < upTo;) {
      const { events, reached } = await read({ partition, after, upTo, types, limit: pageSize });
      const due = events.filter((event) => isDue(event, standing));
      const batches = byStream(due);
      const rows = await writer.load(client, batches);
      await writer.write(
        client,
        batches.map((batch) => writer.fold(batch, rows)),
      );
      applied += due.length;
      after = reached;
    }
  }
  return applied;
}

function isDue(event: Recorded, { parked, skips }: Standing): boolean {
  return !skips.has(event.position) && event.position < (parked.get(event.streamId) ?? Infinity);
}

/** Merges both tables by primary key, page by page, so that memory does not grow with them. */
async function compare(
  live: pg.Client,
  shadow: pg.Client,
  definition: Projection,
): Promise<{ rows: number; differences: Difference[] }> {
  const actual = rowsOf(live, tableName(definition), definition);
  const expected = rowsOf(shadow, tableName(definition, 'pg_temp'), definition);
  const differences: Difference[] = [];
  let rows = 0;
  let [a, e] = [await actual.next(), await expected.next()];
  while (!a.done || !e.done) {
    if (!a.done) rows++;
    if (e.done || (!a.done && isBefore(a.value.id, e.value.id))) {
      differences.push({ id: a.value!.id, kind: 'extra' });
      a = await actual.next();
    } else if (a.done || isBefore(e.value.id, a.value.id)) {
      if (!a.done) rows--;
      differences.push({ id: e.value.id, kind: 'missing' });
      e = await expected.next();
    } else {
      if (a.value.row !== e.value.row) differences.push({ id: a.value.id, kind: 'differs' });
      [a, e] = [await actual.next(), await expected.next()];
    }
  }
  return { rows, differences };
}

/** The order of `COLLATE "C"`: by bytes. JavaScript's own differs from it where characters need two code units. */
const isBefore = (a: string, b: string): boolean => Buffer.compare(Buffer.from(a), Buffer.from(b)) < 0;

async function* rowsOf(
  client: pg.Client,
  table: string,
  definition: Projection,
): AsyncGenerator<{ id: string; row: string }, undefined> {
  const id = `(${definition.kind === 'rows' ? 'id' : "group_key || '/' || partition"}) COLLATE "C"`;
  for (let after: string | null = null; ;) {
    const { rows }: pg.QueryResult<{ id: string; row: string }> = await client.query(
      `SELECT ${id} AS id, to_jsonb(t)::text AS row FROM ${table} t WHERE $1::text IS NULL OR ${id} > $1 ORDER BY 1 LIMIT ${pageSize}`,
      [after],
    );
    yield* rows;
    if (rows.length < pageSize) return undefined;
    after = rows.at(-1)!.id;
  }
}
