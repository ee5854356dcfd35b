import { Inject, Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import type pg from 'pg';
import { POOL } from '../../core/event-store/pool.js';
import { run } from '../../core/event-store/statement.js';
import { LOGGER, type Logger } from '../../core/observability/logger.js';
import { sessionLifetimes } from './session.commands.js';

/** How often uses are written, so also how often at most for one token. */
const everyMs = 60 * 1000;

// In the order of ids, so that two processes never wait for each other in a circle.
const noteStatement = {
  name: 'token_uses.note',
  text: `INSERT INTO store.token_uses AS u (token_id, last_used_at)
    SELECT token_id, at FROM unnest($1::text[], $2::timestamptz[]) AS n(token_id, at) ORDER BY token_id
    ON CONFLICT (token_id) DO UPDATE SET last_used_at = greatest(u.last_used_at, excluded.last_used_at)`,
};

const readStatement = {
  name: 'token_uses.read',
  text: 'SELECT token_id AS "tokenId", last_used_at AS "lastUsedAt" FROM store.token_uses WHERE token_id = ANY ($1)',
};

/** When a session or an API token was last used; its id is the stream's. */
export type TokenUse = { tokenId: string; lastUsedAt: Date };

/** As far as it is written down: up to a minute late. What was never used is left out. */
export function storedTokenUses(pool: pg.Pool, tokenIds: readonly string[]): Promise<TokenUse[]> {
  return run<TokenUse>(pool, readStatement, [tokenIds]);
}

/**
 * Forgets when sessions were used that are long over, or every login would leave a row for ever. One that is refreshed without being used
 * may lose its row as well: it shows as not used.
 * @returns how many
 */
export async function deleteOldSessionUses(pool: pg.Pool): Promise<number> {
  const { rowCount } = await pool.query(
    `DELETE FROM store.token_uses WHERE token_id LIKE 'session-%' AND last_used_at < now() - make_interval(secs => $1)`,
    [2 * sessionLifetimes.refreshSeconds],
  );
  return rowCount ?? 0;
}

/**
 * When tokens were last used. It happens with every request and decides nothing, so it is no event: it is kept in memory, and written
 * in one statement once a minute and at the end. A process that is killed loses a minute of it.
 */
@Injectable()
export class TokenUses implements OnModuleInit, OnModuleDestroy {
  private pending = new Map<string, Date>();
  private timer: NodeJS.Timeout | undefined;

  constructor(
    @Inject(POOL) private readonly pool: pg.Pool,
    @Inject(LOGGER) private readonly log: Pick<Logger, 'warn'>,
  ) {}

  onModuleInit(): void {
    this.timer = setInterval(() => void this.flush(), everyMs);
  }

  async onModuleDestroy(): Promise<void> {
    clearInterval(this.timer);
    await this.flush();
  }

  /** Does no I/O. */
  note(tokenId: string): void {
    this.pending.set(tokenId, new Date());
  }

  /** Up to date for uses of this process, up to a minute late for those of others. */
  async lastUsed(tokenIds: readonly string[]): Promise<TokenUse[]> {
    const stored = await storedTokenUses(this.pool, tokenIds);
    const noted = tokenIds.flatMap((tokenId) => {
      const lastUsedAt = this.pending.get(tokenId);
      return lastUsedAt ? [{ tokenId, lastUsedAt }] : [];
    });
    return [...stored.filter(({ tokenId }) => !this.pending.has(tokenId)), ...noted];
  }

  /** Writes what was noted. What cannot be written is tried again the next time. Never rejects. */
  async flush(): Promise<void> {
    if (this.pending.size === 0) return;
    const batch = this.pending;
    this.pending = new Map();
    try {
      await run(this.pool, noteStatement, [[...batch.keys()], [...batch.values()]]);
    } catch (error) {
      this.pending = new Map([...batch, ...this.pending]);
      this.log.warn({ err: error }, 'the last uses of tokens will be written later');
    }
  }
}
