import { Inject, Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import type pg from 'pg';
import { POOL } from '../../core/event-store/pool.js';
import { LOGGER, type Logger } from '../../core/observability/logger.js';
import { noteTokenUses, storedTokenUses, type TokenUse } from './token-uses.table.js';

/** How often uses are written, so also how often at most for one token. */
const everyMs = 60 * 1000;

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
      await noteTokenUses(this.pool, batch);
    } catch (error) {
      this.pending = new Map([...batch, ...this.pending]);
      this.log.warn({ err: error }, 'the last uses of tokens will be written later');
    }
  }
}
