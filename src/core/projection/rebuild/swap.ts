import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';
import { applyInHalves, byStream, park } from '../batch.js';
import { automaticPauses } from '../checkpoints.js';
import { liveSchema, tableName } from '../ddl.js';
import type { Projection } from '../definition.js';
import { quoted } from '../names.js';
import { notifyControl, retryInTransaction } from '../operate.js';
import { transaction } from '../transaction.js';
import { writerOf } from '../writers.js';
import { catchUpStandby, pages, skipsOf, type CatchUpOptions, type SwapPorts } from './catch-up.js';
import { RebuildRefused } from './ports.js';
import { standbyName, standbySchema } from './standby.js';

/** Readers queue behind a lock that waits, so it waits for a moment only, and tries again. */
const lockTimeoutMs = 100;
const firstPauseMs = 50;
const longestPauseMs = 2_000;
/** More than this is not applied while the projection stands still. */
const mostLeft = 5_000;

/**
 * Lets the standby and the live table of a projection change places; the former live one becomes the standby. When there is no live table
 * yet, the standby becomes it. Catches the standby up first.
 * Readers meet either the one or the other whole table, at least as far as any reader has seen before: what the live one has seen is
 * applied to the other one in the same transaction. Runners find their checkpoints at another generation and read anew.
 * @returns the lowest checkpoint of the table that is live now
 * @throws RebuildRefused when too many streams are parked or the standby is another one by now, the signal's reason, whatever the database throws but a lock that is taken
 */
export async function swapIn(
  ports: SwapPorts,
  definition: Projection,
  options: SwapOptions = {},
): Promise<{ position: number }> {
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(2 * pauseMs, longestPauseMs)) {
    await catchUpStandby(ports, definition, options);
    try {
      const position = await transaction(ports.pool, (client) => swap(client, ports, definition, options));
      await notifyControl(ports.pool);
      return { position };
    } catch (error) {
      if (!(error instanceof LeftBehind) && !isBusy(error)) throw error;
      await delay(pauseMs, undefined, { signal: options.signal });
    }
  }
}

export type SwapOptions = CatchUpOptions & {
  /** With more parked streams than this nothing is swapped. */
  maxParkedStreams?: number;
  /** The standby is a finished build; otherwise it is an old table that was kept. */
  isBuild?: boolean;
};

/** The log grew by more than a swap may apply. */
class LeftBehind extends Error {}

/** lock_not_available, deadlock_detected: somebody reads or writes for longer than a moment. */
const isBusy = (error: unknown): boolean => ['55P03', '40P01'].includes((error as { code?: string }).code ?? '');

async function swap(
  client: pg.ClientBase,
  ports: SwapPorts,
  definition: Projection,
  { maxParkedStreams = Infinity, isBuild = false }: SwapOptions,
): Promise<number> {
  await client.query(`SET LOCAL lock_timeout = ${lockTimeoutMs}`);
  await endBuild(client, definition, isBuild);
  const places = await lockPlaces(client, definition);
  await mend(client, ports, definition, places);
  await applyRest(client, ports, definition, places);
  const parked = places.reduce((sum, place) => sum + place.parked.length, 0);
  if (parked > maxParkedStreams)
    throw new RebuildRefused(`The new table of ${definition.versionedName} has ${parked} parked streams.`);
  await swapTables(client, definition);
  await swapCheckpoints(client, definition, places);
  await swapParked(client, definition);
  await client.query(
    `UPDATE store.projections SET state = 'running', reason = NULL, changed_at = now()
     WHERE name = $1 AND state = 'paused' AND reason LIKE ANY ($2)`,
    [definition.versionedName, automaticPauses],
  );
  return Math.min(...places.map(({ position }) => position));
}

/**
 * Who has lost the rebuild's lock without noticing may find another table in the standby than the one that it left there: half a build, or the
 * one that was live before somebody else swapped.
 * @throws RebuildRefused when the standby is not what the caller takes it for
 */
async function endBuild(client: pg.ClientBase, { versionedName }: Projection, isBuild: boolean): Promise<void> {
  const { rows } = await client.query<{ phase: string }>(
    'DELETE FROM store.rebuilds WHERE projection = $1 RETURNING phase',
    [versionedName],
  );
  if (rows[0]?.phase !== (isBuild ? 'built' : undefined))
    throw new RebuildRefused(`Another process has changed the second table of ${versionedName} meanwhile.`);
}

type SwapPlace = {
  partition: number;
  /** Where the standby stands. */
  position: number;
  /** Where the live table stands; null when there is none. */
  live: number | null;
  parked: string[];
  /** Streams that are parked in the standby, and in the live table not so early, or not at all: an operator has mended them there. */
  mended: string[];
};

/**
 * From here on nobody applies, retries or skips anything in either table. In the order in which a retry locks: parked streams, checkpoints,
 * table.
 */
async function lockPlaces(client: pg.ClientBase, definition: Projection): Promise<SwapPlace[]> {
  const names = [definition.versionedName, standbyName(definition)];
  const { rows: parked } = await client.query<ParkedPlace>(
    `SELECT projection, partition, stream_id AS "streamId", position::float8 FROM store.parked_streams
     WHERE projection = ANY($1) ORDER BY projection, stream_id FOR UPDATE`,
    [names],
  );
  const parkedLive = new Map(
    parked.filter(({ projection }) => projection === names[0]).map((one) => [one.streamId, one.position]),
  );
  const { rows } = await client.query<{ projection: string; partition: number; position: string }>(
    `SELECT projection, partition, position FROM store.checkpoints WHERE projection = ANY($1) ORDER BY projection, partition FOR UPDATE`,
    [names],
  );
  const [live, standby] = names.map((name) => rows.filter(({ projection }) => projection === name));
  if (standby!.length === 0) throw new Error(`${definition.versionedName} has no standby table.`);
  const liveAt = new Map(live!.map(({ partition, position }) => [partition, Number(position)]));
  return standby!.map(({ partition, position }) => {
    const here = parked.filter((one) => one.projection === names[1] && one.partition === partition);
    const isMended = (one: ParkedPlace) => one.position < (parkedLive.get(one.streamId) ?? Infinity);
    return {
      partition,
      position: Number(position),
      live: liveAt.get(partition) ?? null,
      parked: here.map(({ streamId }) => streamId),
      mended: liveAt.has(partition) ? here.filter(isMended).map(({ streamId }) => streamId) : [],
    };
  });
}

type ParkedPlace = { projection: string; partition: number; streamId: string; position: number };

/** A stream that readers have seen whole again does not go back to what it was when it was parked. */
async function mend(
  client: pg.ClientBase,
  { readStream }: SwapPorts,
  definition: Projection,
  places: SwapPlace[],
): Promise<void> {
  const standby = { name: standbyName(definition), schema: standbySchema };
  for (const place of places)
    for (const streamId of place.mended) {
      const failure = await retryInTransaction(client, definition, streamId, readStream, standby);
      if (failure === null) place.parked = place.parked.filter((parked) => parked !== streamId);
    }
}

/** Brings the standby to where the live table stands, so that no reader sees less than before. */
async function applyRest(
  client: pg.ClientBase,
  ports: SwapPorts,
  definition: Projection,
  places: SwapPlace[],
): Promise<void> {
  // A checkpoint beyond the end of the log is not one of this log; there is nothing up to it.
  const head = await ports.safeHead();
  const skips = await skipsOf(ports.pool, definition);
  const writer = writerOf(definition, standbySchema);
  let left = 0;
  for (const place of places) {
    const upTo = Math.min(place.live ?? 0, head);
    await pages(ports, definition, { ...place, upTo, skips }, async (events) => {
      left += events.length;
      if (left > mostLeft) throw new LeftBehind();
      const parked = await applyInHalves(client, writer, byStream(events));
      if (parked.length > 0) await park(client, standbyName(definition), parked);
      const streams = parked.map(({ streamId }) => streamId);
      place.parked = [...place.parked, ...streams];
      return streams;
    });
    place.position = Math.max(place.position, upTo);
  }
}

/** Tables keep their names and the names of their indexes: it is the schema that changes. */
async function swapTables(client: pg.ClientBase, definition: Projection): Promise<void> {
  const move = (from: string, to: string) =>
    client.query(`ALTER TABLE IF EXISTS ${tableName(definition, from)} SET SCHEMA ${quoted(to)}`);
  // The live one first: whoever reads it meanwhile is waited for before anything is done.
  await move(liveSchema, 'swapping');
  await move(standbySchema, liveSchema);
  await move('swapping', standbySchema);
}

async function swapCheckpoints(client: pg.ClientBase, definition: Projection, places: SwapPlace[]): Promise<void> {
  const [live, standby] = [definition.versionedName, standbyName(definition)];
  await client.query('INSERT INTO store.projections (name) VALUES ($1) ON CONFLICT DO NOTHING', [live]);
  await client.query(
    `INSERT INTO store.checkpoints AS c (projection, partition, position)
     SELECT $1, * FROM unnest($2::smallint[], $3::bigint[])
     ON CONFLICT (projection, partition) DO UPDATE SET position = excluded.position, generation = c.generation + 1`,
    [live, places.map(({ partition }) => partition), places.map(({ position }) => position)],
  );
  await client.query('DELETE FROM store.checkpoints WHERE projection = $1', [standby]);
  const kept = places.filter((place) => place.live !== null);
  await client.query(
    'INSERT INTO store.checkpoints (projection, partition, position) SELECT $1, * FROM unnest($2::smallint[], $3::bigint[])',
    [standby, kept.map(({ partition }) => partition), kept.map((place) => place.live)],
  );
}

async function swapParked(client: pg.ClientBase, definition: Projection): Promise<void> {
  const [live, standby] = [definition.versionedName, standbyName(definition)];
  const rename = (from: string, to: string) =>
    client.query('UPDATE store.parked_streams SET projection = $2 WHERE projection = $1', [from, to]);
  await rename(live, `swapping:${live}`);
  await rename(standby, live);
  await rename(`swapping:${live}`, standby);
}
