import { setTimeout as delay } from 'node:timers/promises';
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

export type VerifyOptions = {
  /** Hears how many events the shadow will be built from, and how many of them are applied. */
  onStart?: (events: number) => void;
  onEvents?: (done: number) => void;
  /** Hears of differences that may come from an erasure under way: they are looked at again when the live one has caught up. */
  onDoubt?: (differences: number) => void;
};

/**
 * Builds a projection anew from the log, in a temporary table, up to exactly where the live one stands, and compares row by row.
 * Live rows, checkpoints, parked streams and skips come from one snapshot, so a live instance may go on meanwhile.
 * `missing` is a row that the live table lacks, `extra` one that it should not have.
 *
 * Keys have no snapshot: what is sealed for a subject that was erased meanwhile reads `erased` in the shadow, while the live one shows the
 * value until it has applied the erasure. So rows that differ are compared again when it has, and only those that still differ are told.
 */
export async function verifyProjection(
  url: string,
  read: PartitionReader,
  definition: Projection,
  options: VerifyOptions = {},
): Promise<VerifyReport> {
  const first = await compareOnce(url, read, definition, options);
  if (first.differences.length === 0) return first;
  // Whatever the shadow found erased was so by now, and its event stands below this head.
  if (!(await hasCaughtUp(url, definition, first.differences.length, options))) return first;
  const second = await compareOnce(url, read, definition, options);
  const before = new Set(first.differences.map(({ id }) => id));
  return { ...second, differences: second.differences.filter(({ id }) => before.has(id)) };
}

async function compareOnce(
  url: string,
  read: PartitionReader,
  definition: Projection,
  { onStart, onEvents = () => undefined }: VerifyOptions,
): Promise<VerifyReport> {
  const live = new pg.Client({ connectionString: url });
  const shadow = new pg.Client({ connectionString: url });
  await Promise.all([live.connect(), shadow.connect()]);
  try {
    await live.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    // Before the snapshot: a table that takes this one's place afterwards would look empty to it.
    await live.query(`LOCK TABLE ${tableName(definition)} IN ACCESS SHARE MODE`);
    const standing = await readStanding(live, definition);
    onStart?.(await countEvents(live, definition));
    const events = await replay(shadow, read, definition, standing, onEvents);
    return { projection: definition.versionedName, events, ...(await compare(live, shadow, definition)) };
  } finally {
    await Promise.all([live.end(), shadow.end()]);
  }
}

/** A read model whose checkpoint stands still for so long is not waited for: its differences are told as they are. */
const stallMs = 3_000;
const lookMs = 50;

/**
 * Waits until the live one has passed the present end of the log.
 * @returns false when it does not get there: it is paused, no process applies events, or it does not move
 */
async function hasCaughtUp(
  url: string,
  { versionedName }: Projection,
  differences: number,
  { onDoubt }: VerifyOptions,
): Promise<boolean> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows: mark } = await client.query('SELECT safe FROM store.safe_head()');
    let moved = { to: '', at: Date.now() };
    for (let looks = 0; Date.now() - moved.at < stallMs; looks++) {
      const { rows } = await client.query(
        `SELECT min(position) >= $2 AS passed, sum(position)::text AS moved,
           (SELECT state FROM store.projections WHERE name = $1) IS DISTINCT FROM 'running' AS stands,
           EXISTS (SELECT FROM store.processes p WHERE $1 = ANY (p.projections) AND p.expires_at > clock_timestamp()) AS applied
         FROM store.checkpoints WHERE projection = $1`,
        [versionedName, mark[0].safe],
      );
      const [row] = rows;
      if (row.passed || row.stands || !row.applied) return row.passed;
      if (looks === 0) onDoubt?.(differences);
      if (row.moved !== moved.to) moved = { to: row.moved, at: Date.now() };
      await delay(lookMs);
    }
    return false;
  } finally {
    await client.end();
  }
}

/** All of the types that it reads, in the whole log: what it has not seen, or parks, is few. */
async function countEvents(client: pg.Client, definition: Projection): Promise<number> {
  const { rows } = await client.query('SELECT count(*)::float8 AS n FROM store.events WHERE type = ANY ($1)', [
    typesOf(definition),
  ]);
  return rows[0].n;
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
  onEvents: (done: number) => void,
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
      onEvents(applied);
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
