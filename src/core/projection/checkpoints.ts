import type pg from 'pg';

/** One checkpoint as stored. `generation` changes when an operator's command changed what the runner keeps in memory. */
export type Checkpoint = { projection: string; partition: number; position: number; generation: number };

export type ProjectionState = { state: 'running' | 'paused'; reason: string | null };

/** Where a projection begins when nothing is stored of it yet. */
export type Beginning = { projection: string; position: number };

/** Makes the missing rows of the given projections: state running, a checkpoint at their beginning in each partition. */
export async function ensureCheckpoints(pool: pg.Pool, beginnings: Beginning[], partitions: number): Promise<void> {
  const names = beginnings.map(({ projection }) => projection);
  await pool.query(`INSERT INTO store.projections (name) SELECT unnest($1::text[]) ON CONFLICT DO NOTHING`, [names]);
  await pool.query(
    `INSERT INTO store.checkpoints (projection, partition, position)
     SELECT b.projection, n, b.position FROM unnest($1::text[], $2::bigint[]) AS b(projection, position),
       generate_series(0, $3::int - 1) n ON CONFLICT DO NOTHING`,
    [names, beginnings.map(({ position }) => position), partitions],
  );
}

/** One partition of one projection. */
export type Place = { projection: string; partition: number };

/** Where a projection stands in a partition, and which of its streams are parked there. */
export type StoredProgress = Checkpoint & { parked: string[] };

/**
 * In one statement, so that checkpoint, generation and parked streams belong together: a stream that is retried in between
 * would otherwise look parked beside a generation that says that it is not, and its next events would be passed over.
 */
export async function readProgress(pool: pg.Pool, places: Place[]): Promise<StoredProgress[]> {
  const found = await pool.query(
    `SELECT c.projection, c.partition, c.position, c.generation,
       ARRAY(SELECT s.stream_id FROM store.parked_streams s WHERE s.projection = c.projection AND s.partition = c.partition) AS parked
     FROM store.checkpoints c JOIN unnest($1::text[], $2::smallint[]) AS p(projection, partition) USING (projection, partition)`,
    [places.map(({ projection }) => projection), places.map(({ partition }) => partition)],
  );
  return found.rows.map((row) => ({ ...row, position: Number(row.position) }));
}

/** Whether all these places have passed a position. */
export async function havePassed(pool: pg.Pool, places: Place[], position: number): Promise<boolean> {
  const found = await pool.query(
    `SELECT count(*)::int AS n FROM store.checkpoints c
     JOIN unnest($1::text[], $2::smallint[]) AS p(projection, partition) USING (projection, partition) WHERE c.position >= $3`,
    [places.map(({ projection }) => projection), places.map(({ partition }) => partition), position],
  );
  return found.rows[0].n === places.length;
}

export async function readStates(pool: pg.Pool, projections: string[]): Promise<Map<string, ProjectionState>> {
  const found = await pool.query('SELECT name, state, reason FROM store.projections WHERE name = ANY($1)', [
    projections,
  ]);
  return new Map(found.rows.map((row) => [row.name, { state: row.state, reason: row.reason }]));
}

/** Positions that a projection must not apply, for an operator skipped them. */
export async function readSkips(pool: pg.Pool, projections: string[]): Promise<Map<string, Set<number>>> {
  const found = await pool.query('SELECT projection, position FROM store.skipped_events WHERE projection = ANY($1)', [
    projections,
  ]);
  const skips = new Map<string, Set<number>>();
  for (const { projection, position } of found.rows) {
    const positions = skips.get(projection) ?? new Set();
    skips.set(projection, positions.add(Number(position)));
  }
  return skips;
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

/** Why a runner pauses a projection by itself. A table that was built anew is without these reasons. */
export const pauseReasons = {
  tooManyParked: (most: number): string => `more than ${most} parked streams`,
  beyondTheLog: 'its checkpoint lies beyond the end of the log: see `waybill projections rebuild`',
};

/** The same as patterns of SQL. */
export const automaticPauses = ['more than % parked streams', pauseReasons.beyondTheLog];

export async function pauseProjection(pool: pg.Pool, projection: string, reason: string): Promise<boolean> {
  return setState(pool, projection, 'paused', reason);
}

/** Pauses a running projection that has more than `most` parked streams, in whatever process. @returns whether it did. */
export async function pauseIfTooManyParked(
  pool: pg.Pool,
  projection: string,
  most: number,
  reason: string,
): Promise<boolean> {
  const result = await pool.query(
    `UPDATE store.projections SET state = 'paused', reason = $3, changed_at = now()
     WHERE name = $1 AND state = 'running' AND (SELECT count(*) FROM store.parked_streams WHERE projection = $1) > $2`,
    [projection, most, reason],
  );
  return result.rowCount === 1;
}

/**
 * Pauses those running projections of the given ones whose stored checkpoint lies beyond the last position that was drawn. That is asked within the
 * statement, so it is never older than a checkpoint that is seen.
 * @returns which it paused
 */
export async function pauseBeyondTheLog(pool: pg.Pool, projections: string[]): Promise<string[]> {
  const { rows } = await pool.query<{ name: string }>(
    `UPDATE store.projections p SET state = 'paused', reason = $2, changed_at = now()
     WHERE name = ANY($1) AND state = 'running' AND EXISTS (
       SELECT FROM store.checkpoints c WHERE c.projection = p.name AND c.position > (SELECT last FROM store.safe_head()))
     RETURNING name`,
    [projections, pauseReasons.beyondTheLog],
  );
  return rows.map(({ name }) => name);
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
