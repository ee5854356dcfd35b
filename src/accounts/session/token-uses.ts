import { Inject, Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import type pg from 'pg';
import { POOL } from '../../core/event-store/pool.js';
import { LOGGER, type Logger } from '../../core/observability/logger.js';
import { WriteBehind } from '../../core/write-behind/write-behind.js';
import { noteTokenUses, storedTokenUses, type TokenUse } from './token-uses.table.js';

/** How often uses are written, so also how often at most for one token. */
const everyMs = 60 * 1000;
const maxTokens = 10_000;

/**
 * When tokens were last used. It happens with every request and decides nothing, so it is no event: it is kept in memory, and written
 * in one statement once a minute and at the end. A process that is killed loses a minute of it.
 */
@Injectable()
export class TokenUses implements OnModuleInit, OnModuleDestroy {
  private readonly uses: WriteBehind<Date>;

  constructor(
    @Inject(POOL) private readonly pool: pg.Pool,
    @Inject(LOGGER) log: Pick<Logger, 'warn'>,
  ) {
    this.uses = new WriteBehind<Date>({
      what: 'the last uses of tokens',
      write: (batch) => noteTokenUses(pool, batch),
      merge: (_, later) => later,
      everyMs,
      maxKeys: maxTokens,
      log,
    });
  }

  onModuleInit(): void {
    this.uses.start();
  }

  onModuleDestroy(): Promise<void> {
    return this.uses.close();
  }

  /** Does no I/O. */
  note(tokenId: string): void {
    this.uses.note(tokenId, new Date());
  }

  /** Up to date for uses of this process, up to a minute late for those of others. */
  async lastUsed(tokenIds: readonly string[]): Promise<TokenUse[]> {
    const noted = new Map<string, Date>();
    for (const tokenId of tokenIds) {
      const lastUsedAt = this.uses.noted(tokenId);
      if (lastUsedAt) noted.set(tokenId, lastUsedAt);
    }
    const stored = await storedTokenUses(this.pool, tokenIds);
    const ofThisProcess = [...noted].map(([tokenId, lastUsedAt]) => ({ tokenId, lastUsedAt }));
    return [...stored.filter(({ tokenId }) => !noted.has(tokenId)), ...ofThisProcess];
  }

  /** Writes what was noted. What cannot be written is tried again the next time. Never rejects. */
  flush(): Promise<void> {
    return this.uses.flush();
  }
}
