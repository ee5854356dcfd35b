import type pg from 'pg';
import { run } from '../../core/event-store/statement.js';
import { transaction } from '../../core/projection/transaction.js';

/** A login request of a program: it waits until somebody approves or cancels it in the browser, or its time is over. */
export type Nonce = {
  number: number;
  name: string;
  callbackUrl: string;
  createdAt: Date;
  status: 'pending' | 'approved' | 'cancelled' | 'expired';
  /** The account that approved it. */
  approvedBy: string | null;
};

export const nonceLimits = {
  lifetimeSeconds: 10 * 60,
  /** Of one network: an IPv4 address or an IPv6 /64. */
  mostPendingPerNetwork: 20,
};

/** First half of the advisory lock under which the nonces of one network are counted. Nothing else in the database uses it. */
const countLock = 0x57424e;

const columns = `number::float8 AS number, name, callback_url AS "callbackUrl", created_at AS "createdAt",
  coalesce(answer, CASE WHEN expires_at > now() THEN 'pending' ELSE 'expired' END) AS status, approved_by AS "approvedBy"`;

const insertText = `INSERT INTO store.nonces (number, secret_hash, name, callback_url, network, expires_at)
  SELECT $1, $2, $3, $4, $5, now() + make_interval(secs => ${nonceLimits.lifetimeSeconds})
  WHERE (SELECT count(*) FROM store.nonces WHERE network = $5 AND answer IS NULL AND expires_at > now())
    < ${nonceLimits.mostPendingPerNetwork}
  RETURNING ${columns}`;

const findStatement = {
  name: 'nonces.find',
  text: `SELECT secret_hash AS "secretHash", ${columns} FROM store.nonces WHERE number = ANY ($1)`,
};

const answerStatement = {
  name: 'nonces.answer',
  text: `UPDATE store.nonces SET answer = $2, approved_by = $3
    WHERE number = $1 AND answer IS NULL AND expires_at > now() RETURNING ${columns}`,
};

/** @returns null when the network has as many pending ones as it may */
export async function insertNonce(
  pool: pg.Pool,
  nonce: { number: number; secretHash: Buffer; name: string; callbackUrl: string; network: string },
): Promise<Nonce | null> {
  return transaction(pool, async (client) => {
    // Several at once from one network take turns, or each would count without the others.
    await client.query('SELECT pg_advisory_xact_lock($1, hashtext($2))', [countLock, nonce.network]);
    const { number, secretHash, name, callbackUrl, network } = nonce;
    const { rows } = await client.query<Nonce>(insertText, [number, secretHash, name, callbackUrl, network]);
    return rows[0] ?? null;
  });
}

/** In any order; a number without a nonce is left out. */
export async function findNonces(
  pool: pg.Pool,
  numbers: readonly number[],
): Promise<{ nonce: Nonce; secretHash: Buffer }[]> {
  const rows = await run<Nonce & { secretHash: Buffer }>(pool, findStatement, [numbers]);
  return rows.map(({ secretHash, ...nonce }) => ({ nonce, secretHash }));
}

/** Only a pending one takes an answer, and only one: of several at once the others get null. */
export async function answerNonce(
  pool: pg.Pool,
  number: number,
  answer: 'approved' | 'cancelled',
  approvedBy: string | null,
): Promise<Nonce | null> {
  const [row] = await run<Nonce>(pool, answerStatement, [number, answer, approvedBy]);
  return row ?? null;
}

/** @returns how many were deleted: all whose time is over, whatever became of them */
export async function deleteOldNonces(pool: pg.Pool): Promise<number> {
  const { rowCount } = await pool.query('DELETE FROM store.nonces WHERE expires_at < now()');
  return rowCount ?? 0;
}
