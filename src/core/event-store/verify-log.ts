import type pg from 'pg';
import { applyClaims } from './claims.js';
import type { EventMetadata } from './types.js';

export type LogReport = { events: number; streams: number; claims: number; findings: string[] };

const mostFindings = 100;
const pageSize = 5000;

/**
 * Checks what the log and its indexes promise: the versions of every stream are 1..n without holes, the streams table says where each
 * stream stands, and the claims table is what the events' claims add up to. All from one snapshot, so a live instance may go on.
 * The claims are held in memory: some 100 bytes each.
 */
export async function verifyLog(pool: pg.Pool, onProgress?: (position: number) => void): Promise<LogReport> {
  const client = await pool.connect();
  try {
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    const findings = [...(await wrongVersions(client)), ...(await wrongHeads(client))];
    const owners = await foldClaims(client, onProgress);
    findings.push(...(await wrongClaims(client, owners)));
    const { rows } = await client.query(
      'SELECT (SELECT count(*) FROM store.events)::float8 AS events, (SELECT count(*) FROM store.streams)::float8 AS streams',
    );
    return { ...rows[0], claims: owners.size, findings: findings.slice(0, mostFindings) };
  } finally {
    await client.query('ROLLBACK');
    client.release();
  }
}

async function wrongVersions(client: pg.ClientBase): Promise<string[]> {
  const { rows } = await client.query(
    `SELECT stream_id FROM store.events GROUP BY stream_id
     HAVING min(stream_version) <> 1 OR max(stream_version) <> count(*) LIMIT $1`,
    [mostFindings],
  );
  return rows.map((row) => `${row.stream_id}: its versions have holes`);
}

async function wrongHeads(client: pg.ClientBase): Promise<string[]> {
  const { rows } = await client.query(
    `SELECT coalesce(s.stream_id, e.stream_id) AS id FROM store.streams s
     FULL JOIN (SELECT stream_id, max(stream_version) AS version FROM store.events GROUP BY 1) e USING (stream_id)
     WHERE coalesce(s.version, -1) <> coalesce(e.version, 0) LIMIT $1`,
    [mostFindings],
  );
  return rows.map((row) => `${row.id}: the streams table does not say where it stands`);
}

async function foldClaims(
  client: pg.ClientBase,
  onProgress?: (position: number) => void,
): Promise<Map<string, string>> {
  const owners = new Map<string, string>();
  for (let after = 0; ;) {
    const { rows } = await client.query<{ position: string; streamId: string; metadata: EventMetadata }>(
      `SELECT position, stream_id AS "streamId", metadata FROM store.events WHERE position > $1 AND metadata ? 'claims' ORDER BY position LIMIT $2`,
      [after, pageSize],
    );
    for (const row of rows) applyClaims(owners, row);
    if (rows.length < pageSize) return owners;
    after = Number(rows.at(-1)!.position);
    onProgress?.(after);
  }
}

async function wrongClaims(client: pg.ClientBase, owners: Map<string, string>): Promise<string[]> {
  const findings: string[] = [];
  const seen = new Set<string>();
  for (let after = ''; ;) {
    const { rows } = await client.query<{ key: string; owner: string }>(
      `SELECT key, stream_id AS owner FROM store.claims WHERE key COLLATE "C" > $1 ORDER BY key COLLATE "C" LIMIT $2`,
      [after, pageSize],
    );
    for (const { key, owner } of rows) {
      seen.add(key);
      if (owners.get(key) !== owner)
        findings.push(`${key}: held by ${owner}; the log says ${owners.get(key) ?? 'nobody'}`);
    }
    if (rows.length < pageSize) break;
    after = rows.at(-1)!.key;
  }
  for (const [key, owner] of owners) if (!seen.has(key)) findings.push(`${key}: held by nobody; the log says ${owner}`);
  return findings;
}
