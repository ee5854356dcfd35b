import type pg from 'pg';

/** One checkpoint as stored. `generation` changes when an operator's command changed what the runner keeps in memory. */
export type Checkpoint = { projection: string; partition: number; position: number; generation: number };

export type ProjectionState = { state: 'running' | 'paused'; reason: string | null };

/** Makes the missing rows of the given projections: state running, checkpoint 0 in each partition. */
export async function ensureCheckpoints(pool: pg.Pool, projections: string[], partitions: number): Promise<void> {
  await pool.query(`INSERT INTO store.projections (name) SELECT unnest($1::text[]) ON CONFLICT DO NOTHING`, [
    projections,
  ]);
  await pool.query(
    `INSERT INTO store.checkpoints (projection, partition)
     SELECT p, n FROM unnest($1::text[]) p, generate_series(0, $2::int - 1) n ON CONFLICT DO NOTHING`,
    [projections, partitions],
  );
}

export async function readCheckpoints(
  pool: pg.Pool,
  projections: string[],
  partitions: number[],
): Promise<Checkpoint[]> {
  const found = await pool.query(
    `SELECT projection, partition, position, generation FROM store.checkpoints
     WHERE projection = ANY($1) AND partition = ANY($2)`,
    [projections, partitions],
  );
  return found.rows.map((row) => ({ ...row, position: Number(row.position) }));
}

export async function readStates(pool: pg.Pool, projections: string[]): Promise<Map<string, ProjectionState>> {
  const found = await pool.query('SELECT name, state, reason FROM store.projections WHERE name = ANY($1)', [
    projections,
  ]);
  return new Map(found.rows.map((row) => [row.name, { state: row.state, reason: row.reason }]));
}

/** Parked streams per projection. */
export async function readParked(pool: pg.Pool, projections: string[]): Promise<Map<string, Set<string>>> {
  const found = await pool.query('SELECT projection, stream_id FROM store.parked_streams WHERE projection = ANY($1)', [
    projections,
  ]);
  return groupedSets(found.rows, (row) => row.stream_id as string);
}

/** Positions that a projection must not apply, for an operator skipped them. */
export async function readSkips(pool: pg.Pool, projections: string[]): Promise<Map<string, Set<number>>> {
  const found = await pool.query('SELECT projection, position FROM store.skipped_events WHERE projection = ANY($1)', [
    projections,
  ]);
  return groupedSets(found.rows, (row) => Number(row.position));
}

/**
 * Moves checkpoints that had nothing to apply. Rows that somebody else holds or has moved are left for the next time.
 * @returns the (projection, partition) pairs that were moved.
 */
export async function flushCheckpoints(
  pool: pg.Pool,
  moves: (Checkpoint & { to: number })[],
): Promise<{ projection: string; partition: number }[]> {
  const result = await pool.query(
    `WITH moves AS (SELECT * FROM unnest($1::text[], $2::smallint[], $3::bigint[], $4::bigint[], $5::integer[])
                      AS m(projection, partition, old, new, generation)),
          free AS (SELECT c.projection, c.partition, m.new FROM store.checkpoints c JOIN moves m USING (projection, partition)
                   WHERE c.position = m.old AND c.generation = m.generation
                   ORDER BY c.projection, c.partition FOR UPDATE OF c SKIP LOCKED)
     UPDATE store.checkpoints c SET position = f.new FROM free f
     WHERE c.projection = f.projection AND c.partition = f.partition
     RETURNING c.projection, c.partition`,
    [
      moves.map((move) => move.projection),
      moves.map((move) => move.partition),
      moves.map((move) => move.position),
      moves.map((move) => move.to),
      moves.map((move) => move.generation),
    ],
  );
  return result.rows;
}

export async function pauseProjection(pool: pg.Pool, projection: string, reason: string): Promise<boolean> {
  return setState(pool, projection, 'paused', reason);
}

export async function resumeProjection(pool: pg.Pool, projection: string): Promise<boolean> {
  return setState(pool, projection, 'running', null);
}

async function setState(pool: pg.Pool, projection: string, state: string, reason: string | null): Promise<boolean> {
  const result = await pool.query(
    'UPDATE store.projections SET state = $2, reason = $3, changed_at = now() WHERE name = $1',
    [projection, state, reason],
  );
  return result.rowCount === 1;
}

function groupedSets<T>(rows: { projection: string }[], valueOf: (row: any) => T): Map<string, Set<T>> {
  const sets = new Map<string, Set<T>>();
  for (const row of rows) {
    const set = sets.get(row.projection) ?? new Set<T>();
    set.add(valueOf(row));
    sets.set(row.projection, set);
  }
  return sets;
}
