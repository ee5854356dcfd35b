import type pg from 'pg';
import type { TestDatabase } from './database.js';
import { eventually } from './eventually.js';

const gate = 20261126;

/** Holds builds up, in whatever process, when they have loaded some parts. */
export type RebuildGate = {
  /** Resolves when a build stands before it. */
  reached(): Promise<void>;
  open(): Promise<void>;
};

/** @param parts how many parts pass before it closes */
export async function closeGate({ pool }: TestDatabase, parts: number): Promise<RebuildGate> {
  const client: pg.PoolClient = await pool.connect();
  await client.query('SELECT pg_advisory_lock($1)', [gate]);
  await client.query(
    `CREATE OR REPLACE FUNCTION gate() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
       IF (SELECT count(*) FROM store.rebuild_parts) >= ${parts} THEN PERFORM pg_advisory_xact_lock_shared(${gate}); END IF;
       RETURN NEW;
     END $$`,
  );
  await client.query(
    'CREATE OR REPLACE TRIGGER gate BEFORE INSERT ON store.rebuild_parts FOR EACH ROW EXECUTE FUNCTION gate()',
  );
  return {
    reached: () =>
      eventually(async () => {
        const { rows } = await pool.query(
          `SELECT count(*)::int AS n FROM pg_locks WHERE locktype = 'advisory' AND objid = ${gate} AND NOT granted
             AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
        );
        if (rows[0].n === 0) throw new Error('No build stands before the gate.');
      }),
    open: async () => {
      await client.query('SELECT pg_advisory_unlock($1)', [gate]);
      await client.query('DROP TRIGGER gate ON store.rebuild_parts');
      client.release();
    },
  };
}
