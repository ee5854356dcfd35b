import { createHash } from 'node:crypto';
import type pg from 'pg';
import { createLoadTable } from '../ddl.js';
import type { Projection } from '../definition.js';
import { park, type ParkedStream } from '../batch.js';
import { transaction } from '../transaction.js';
import { RebuildRefused, type Build, type BuildPorts, type PartResult } from './ports.js';
import { dropStandby, hasStandby, standbyName, standbySchema, standbyTable } from './standby.js';

/** Sorting the events of one part takes some GB of temporary files at most, and so much is lost when a build is interrupted. */
const defaultEventsPerPart = 2_000_000;

/**
 * @param eventsPerPart how many a part should have at most; a partition with more of them is read in slices
 * @returns the build that an earlier run began, when it was of the same columns and the same fold; otherwise a new one, up to the safe head
 * @throws RebuildRefused when the standby holds the old table that a swap kept
 */
export async function beginBuild(
  ports: BuildPorts,
  definition: Projection,
  eventsPerPart = defaultEventsPerPart,
): Promise<Build> {
  const earlier = await readBuild(ports.pool, definition);
  const exists = await hasStandby(ports.pool, definition);
  if (!earlier && exists)
    throw new RebuildRefused(
      `${definition.versionedName} still has the table from before its last rebuild: "projections rollback" takes it back, "projections drop-old" removes it.`,
    );
  if (earlier && exists && earlier.fingerprint === fingerprintOf(definition) && earlier.phase !== 'cancelled')
    return earlier;
  return startBuild(ports, definition, eventsPerPart);
}

export async function readBuild(
  pool: pg.Pool,
  definition: Projection,
): Promise<(Build & { fingerprint: string }) | null> {
  const { rows } = await pool.query(
    `SELECT phase, target, fingerprint, parts, total_events, ARRAY(
       SELECT json_build_array(p.part, p.events) FROM store.rebuild_parts p WHERE p.projection = r.projection) AS loaded
     FROM store.rebuilds r WHERE projection = $1`,
    [definition.versionedName],
  );
  if (rows.length === 0) return null;
  const [{ phase, target, fingerprint, parts, total_events, loaded }] = rows;
  return {
    definition,
    phase,
    target: Number(target),
    fingerprint,
    parts,
    totalEvents: Number(total_events),
    loaded: new Map(loaded),
  };
}

async function startBuild(
  { pool, partitions, safeHead }: BuildPorts,
  definition: Projection,
  eventsPerPart: number,
): Promise<Build> {
  const target = await safeHead();
  const totalEvents = await countEvents(pool, definition, target);
  const parts = partitions * Math.max(1, Math.ceil(totalEvents / partitions / eventsPerPart));
  await dropStandby(pool, definition);
  await transaction(pool, async (client) => {
    // Whatever program comes later finds it in `status` and can drop it, though this one may never run.
    await client.query('INSERT INTO store.projections (name) VALUES ($1) ON CONFLICT DO NOTHING', [
      definition.versionedName,
    ]);
    await client.query(
      'INSERT INTO store.rebuilds (projection, phase, target, fingerprint, parts, total_events) VALUES ($1, $2, $3, $4, $5, $6)',
      [definition.versionedName, 'loading', target, fingerprintOf(definition), parts, totalEvents],
    );
    await client.query(createLoadTable(definition, standbySchema));
  });
  return { definition, phase: 'loading', target, parts, totalEvents, loaded: new Map() };
}

/** Takes back what was loaded, so that all parts are missing again. */
export async function unload(pool: pg.Pool, { definition, loaded }: Build): Promise<void> {
  await transaction(pool, async (client) => {
    await client.query(`TRUNCATE ${standbyTable(definition)}`);
    await client.query('DELETE FROM store.rebuild_parts WHERE projection = $1', [definition.versionedName]);
    await client.query('DELETE FROM store.parked_streams WHERE projection = $1', [standbyName(definition)]);
  });
  loaded.clear();
}

async function countEvents(pool: pg.Pool, definition: Projection, target: number): Promise<number> {
  const { rows } = await pool.query(
    'SELECT count(*)::float8 AS n FROM store.events WHERE position <= $1 AND type = ANY ($2)',
    [target, Object.keys(definition.on)],
  );
  return rows[0].n;
}

/**
 * Marks a part as loaded, in the transaction that brings its rows.
 * @throws RebuildRefused when the build was cancelled meanwhile, or when it parks more streams than it may
 */
export async function markLoaded(
  client: pg.ClientBase,
  { definition }: Build,
  part: number,
  { events, parked }: PartResult,
  maxParkedStreams: number,
): Promise<void> {
  // One after the other where streams are parked: each must see those of the others to count them.
  if (parked.length > 0)
    await client.query('SELECT FROM store.rebuilds WHERE projection = $1 FOR NO KEY UPDATE', [
      definition.versionedName,
    ]);
  const { rowCount } = await client.query(
    `INSERT INTO store.rebuild_parts (projection, part, events)
     SELECT projection, $2, $3 FROM store.rebuilds WHERE projection = $1 AND phase = 'loading' FOR KEY SHARE`,
    [definition.versionedName, part, events],
  );
  if (rowCount === 0) throw cancelled(definition);
  if (parked.length === 0) return;
  await park(client, standbyName(definition), parked);
  const { rows } = await client.query('SELECT count(*)::int AS n FROM store.parked_streams WHERE projection = $1', [
    standbyName(definition),
  ]);
  if (rows[0].n > maxParkedStreams) throw tooManyParked(parked, maxParkedStreams);
}

/** @throws RebuildRefused when the build was cancelled meanwhile */
export async function markBuilt(client: pg.ClientBase, { definition }: Build): Promise<void> {
  const { rowCount } = await client.query(
    `UPDATE store.rebuilds SET phase = 'built', updated_at = now() WHERE projection = $1 AND phase = 'loading'`,
    [definition.versionedName],
  );
  if (rowCount === 0) throw cancelled(definition);
}

export const cancelled = ({ versionedName }: Projection): RebuildRefused =>
  new RebuildRefused(`The rebuild of ${versionedName} was cancelled.`);

export function tooManyParked(parked: ParkedStream[], most: number): RebuildRefused {
  const [{ streamId, position, error }] = parked as [ParkedStream];
  return new RebuildRefused(
    `The new table would have more than ${most} parked streams, such as ${streamId} at position ${position}: ${error.split('\n')[0]}`,
  );
}

/** Two programs with the same may go on with each other's parts. */
function fingerprintOf(definition: Projection): string {
  const shape =
    definition.kind === 'rows'
      ? [definition.table.columns, definition.table.derived, definition.table.indices, String(definition.keys)]
      : [definition.counters];
  const on = Object.entries(definition.on).map(([type, handler]) => [type, String(handler)]);
  const versions = Object.keys(definition.on).map((type) => definition.events[type]!.version);
  return createHash('sha256')
    .update(
      JSON.stringify([definition.kind, definition.versionedName, shape, on, versions, definition.foldSql ?? null]),
    )
    .digest('hex');
}
