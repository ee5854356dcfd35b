import { createHmac } from 'node:crypto';
import type pg from 'pg';
import { run } from '../event-store/statement.js';
import { counter } from '../observability/metrics.js';
import { attemptLimits, type AttemptLimit, type AttemptScope } from './attempt-limits.js';
import { refuse } from './auth.errors.js';
import { networkOf } from './network.js';

/** Who tries. Either may be left out where the scope has no limit on it. */
export type Trier = {
  /** What is tried: a user name or address as it was typed, in one form, or an account's id; whether it exists makes no difference. */
  account?: string;
  /** The client's IP address. */
  address?: string;
};

/** A try that was counted. */
export type Attempt = {
  /** For a try that succeeded. */
  giveBack(): Promise<void>;
};

/** One row of the table: an empty text stands for any account or any address. */
type Bucket = { account: string; address: string; most: number };

const refused = counter({
  name: 'waybill_attempts_refused_total',
  help: 'Tries that were refused because there were too many, by what was tried.',
  labels: ['scope'],
});

/** Names of accounts and addresses in the table of tries. Without the key they say nothing. */
export class AttemptKeys {
  constructor(private readonly hmacKey: Buffer) {}

  of(kind: 'account' | 'address', value: string): string {
    return createHmac('sha256', this.hmacKey).update(`${kind}:${value}`).digest('base64url');
  }
}

/**
 * Counts tries before they cost anything, in Postgres, so that all processes count together. A window begins with the first try in it
 * and ends by the clock; a try that is refused is not counted, so nobody is locked out by tries that were none.
 */
export class Attempts {
  /** @param factor multiplies every limit; 0 counts nothing */
  constructor(
    private readonly pool: pg.Pool,
    private readonly keys: AttemptKeys,
    private readonly factor: number,
  ) {}

  /** One statement. @throws Refusal TOO_MANY_ATTEMPTS with retryAfterSeconds */
  async count(scope: AttemptScope, trier: Trier): Promise<Attempt> {
    if (this.factor === 0) return { giveBack: async () => undefined };
    const limit = attemptLimits[scope];
    const buckets = this.buckets(limit, trier);
    const [row] = await run<{ retryAfterSeconds: number | null }>(this.pool, countStatement, [
      ...columns(buckets),
      scope,
      buckets.map(({ most }) => most),
      limit.windowSeconds,
    ]);
    const { retryAfterSeconds } = row!;
    if (retryAfterSeconds === null) return { giveBack: () => this.giveBack(scope, buckets) };
    refused.inc({ scope });
    throw refuse('TOO_MANY_ATTEMPTS', { retryAfterSeconds });
  }

  private async giveBack(scope: AttemptScope, buckets: Bucket[]): Promise<void> {
    await run(this.pool, giveBackStatement, [...columns(buckets), scope]);
  }

  private buckets(limit: AttemptLimit, trier: Trier): Bucket[] {
    const account = trier.account === undefined ? '' : this.keys.of('account', trier.account);
    const address = trier.address === undefined ? '' : this.keys.of('address', networkOf(trier.address));
    const { perAccountAndAddress, perAccount, perAddress } = limit;
    const all = [
      perAccountAndAddress && account && address && { account, address, most: perAccountAndAddress },
      perAccount && account && { account, address: '', most: perAccount },
      perAddress && address && { account: '', address, most: perAddress },
    ];
    return all.flatMap((bucket) => (bucket ? [{ ...bucket, most: bucket.most * this.factor }] : []));
  }
}

/**
 * Forgets the tries of accounts, in every scope and from every address. @param accounts all that `Trier.account` may have been
 * @returns how many counts were deleted
 */
export async function forgetAttempts(pool: pg.Pool, keys: AttemptKeys, accounts: string[]): Promise<number> {
  const { rowCount } = await pool.query('DELETE FROM store.attempts WHERE account = ANY($1)', [
    accounts.map((account) => keys.of('account', account)),
  ]);
  return rowCount ?? 0;
}

/** Deletes counts whose window is over. @returns how many. */
export async function deleteOldAttempts(pool: pg.Pool): Promise<number> {
  const { rowCount } = await pool.query(`
    DELETE FROM store.attempts WHERE (account, address, scope) IN (
      SELECT account, address, scope FROM store.attempts WHERE expires_at < now() FOR UPDATE SKIP LOCKED)`);
  return rowCount ?? 0;
}

const columns = (buckets: Bucket[]): [string[], string[]] => [
  buckets.map(({ account }) => account),
  buckets.map(({ address }) => address),
];

// Nothing is counted while one count is full. Two tries at once can both see the last place free; then the second one's own count tells.
// Rows are locked in one order everywhere, so that statements never wait for each other in a circle.
const countStatement = {
  name: 'attempts.count',
  text: `WITH asked AS (
      SELECT * FROM unnest($1::text[], $2::text[], $4::integer[]) AS asked (account, address, most)
    ), full_now AS (
      SELECT max(t.expires_at) AS until FROM asked JOIN store.attempts t USING (account, address)
      WHERE t.scope = $3 AND t.expires_at > now() AND t.tries >= asked.most
    ), counted AS (
      INSERT INTO store.attempts AS t (account, address, scope, tries, expires_at)
      SELECT account, address, $3, 1, now() + make_interval(secs => $5) FROM asked
      WHERE (SELECT until FROM full_now) IS NULL
      ORDER BY account, address
      ON CONFLICT (account, address, scope) DO UPDATE SET
        tries = CASE WHEN t.expires_at > now() THEN t.tries + 1 ELSE 1 END,
        expires_at = CASE WHEN t.expires_at > now() THEN t.expires_at ELSE excluded.expires_at END
      RETURNING account, address, tries, expires_at
    ), too_many AS (
      SELECT until FROM full_now
      UNION ALL
      SELECT counted.expires_at FROM counted JOIN asked USING (account, address) WHERE counted.tries > asked.most
    )
    SELECT ceil(extract(epoch FROM max(until) - now()))::integer AS "retryAfterSeconds" FROM too_many`,
};

const giveBackStatement = {
  name: 'attempts.give_back',
  text: `WITH mine AS (
      SELECT t.account, t.address FROM store.attempts t
      JOIN unnest($1::text[], $2::text[]) AS asked (account, address) USING (account, address)
      WHERE t.scope = $3 AND t.tries > 0 ORDER BY t.account, t.address FOR UPDATE OF t
    )
    UPDATE store.attempts t SET tries = t.tries - 1 FROM mine
    WHERE t.account = mine.account AND t.address = mine.address AND t.scope = $3`,
};
