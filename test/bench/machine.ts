import { readdirSync, readFileSync } from 'node:fs';
import { cpus, loadavg, totalmem } from 'node:os';
import type pg from 'pg';

const settings = [
  'fsync',
  'synchronous_commit',
  'full_page_writes',
  'shared_buffers',
  'max_wal_size',
  'jit',
  'wal_level',
];

/** What the figures depend on. */
export async function describeMachine(pool: pg.Pool): Promise<Record<string, string>> {
  const { rows } = await pool.query(
    `SELECT current_setting('server_version') AS version, (SELECT string_agg(n || '=' || current_setting(n), ' ') FROM unnest($1::text[]) n) AS settings`,
    [settings],
  );
  const processors = cpus();
  return {
    Node: `${process.version} on ${process.platform} ${process.arch}`,
    Postgres: `${rows[0].version} (${rows[0].settings})`,
    Machine: `${processors.length} cores, ${processors[0]?.model.trim() ?? 'unknown model'}, ${Math.round(totalmem() / 2 ** 30)} GiB`,
    Load: `${loadNow()} before the first part`,
    Date: new Date().toISOString().slice(0, 10),
  };
}

/** The load average of the last minute; the bench itself makes about 2 of it. */
export function loadNow(): number {
  return Number(loadavg()[0]!.toFixed(1));
}

/** The server process of a pool's Postgres, when it runs on this machine. */
export async function postmasterOf(pool: pg.Pool): Promise<number | undefined> {
  const { rows } = await pool.query('SELECT pg_backend_pid() AS pid');
  return statOf(rows[0].pid)?.parent;
}

/** CPU time in microseconds that the server of a pool has used so far; NaN when it runs elsewhere. */
export async function microsOfPostgres(pool: pg.Pool): Promise<() => number> {
  const postmaster = await postmasterOf(pool);
  return () => (postmaster && familyMicros(postmaster)) ?? NaN;
}

/** CPU time in microseconds that a process has used. Undefined where there is no /proc. */
export function cpuMicros(pid: number): number | undefined {
  return statOf(pid)?.micros;
}

/** The same of a process with all its children, those that have ended included. */
export function familyMicros(pid: number): number | undefined {
  const parent = statOf(pid);
  if (!parent) return undefined;
  const children = processIds().map(statOf);
  return children.reduce(
    (sum, stat) => sum + (stat?.parent === pid ? stat.micros : 0),
    parent.micros + parent.endedMicros,
  );
}

export function childrenOf(pid: number): number[] {
  return processIds().filter((id) => statOf(id)?.parent === pid);
}

function processIds(): number[] {
  try {
    return readdirSync('/proc').map(Number).filter(Boolean);
  } catch {
    return [];
  }
}

const TICK_MICROS = 10_000;

function statOf(pid: number): { parent: number; micros: number; endedMicros: number } | undefined {
  try {
    // The second field is the name in brackets and may hold anything; count from behind it.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
    const micros = (at: number) => (Number(fields[at]) + Number(fields[at + 1])) * TICK_MICROS;
    return { parent: Number(fields[1]), micros: micros(11), endedMicros: micros(13) };
  } catch {
    return undefined;
  }
}
