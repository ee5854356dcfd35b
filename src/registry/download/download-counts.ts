import { Inject, Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import type pg from 'pg';
import { POOL } from '../../core/event-store/pool.js';
import { LOGGER, type Logger } from '../../core/observability/logger.js';
import { WriteBehind } from '../../core/write-behind/write-behind.js';
import {
  addDownloads,
  monthSubject,
  storedDownloads,
  versionSubject,
  type DownloadCount,
} from './download-counts.table.js';

/** How often counts are written, so also how old at most a count is that is shown. */
const everyMs = 1000;
const maxSubjects = 10_000;

/**
 * How often packages were downloaded. A download decides nothing, so it is no event: it is counted in memory, and written in one statement
 * once a second and at the end. A process that is killed loses a second of it.
 */
@Injectable()
export class DownloadCounts implements OnModuleInit, OnModuleDestroy {
  private readonly counts: WriteBehind<number>;

  constructor(
    @Inject(POOL) private readonly pool: pg.Pool,
    @Inject(LOGGER) log: Pick<Logger, 'warn'>,
  ) {
    this.counts = new WriteBehind<number>({
      what: 'counts of downloads',
      write: (batch) => addDownloads(pool, batch),
      merge: (earlier, later) => earlier + later,
      everyMs,
      maxKeys: maxSubjects,
      log,
    });
  }

  onModuleInit(): void {
    this.counts.start();
  }

  onModuleDestroy(): Promise<void> {
    return this.counts.close();
  }

  /**
   * Counts a download of a version. Does no I/O.
   * @param packageId the package's stream id
   */
  count(packageId: string, versionNumber: number): void {
    for (const subject of [packageId, versionSubject(packageId, versionNumber), monthSubject(new Date())])
      this.counts.note(subject, 1);
  }

  /**
   * As far as they are written down, by whatever process. For loaders: one statement for packages and versions alike.
   * @param subjects ids of packages, and what `versionSubject` names, in any order
   * @returns in any order; what was never downloaded is left out
   */
  of(subjects: readonly string[]): Promise<DownloadCount[]> {
    return storedDownloads(this.pool, subjects);
  }

  /** All downloads of this month of UTC. */
  async ofThisMonth(): Promise<number> {
    const [count] = await this.of([monthSubject(new Date())]);
    return count?.downloads ?? 0;
  }

  /** Writes what was counted. Never rejects. */
  flush(): Promise<void> {
    return this.counts.flush();
  }
}
