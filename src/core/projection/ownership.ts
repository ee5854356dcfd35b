import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type pg from 'pg';
import type { Place } from './checkpoints.js';

/** The process's dedicated database connection: as long as it stands, the process lives. */
export type Liveness = { pid: number; startedAt: string };

export type Owned = { places: Place[]; liveProcesses: number };

/**
 * This process's share of the partitions of each projection that it runs: processes of different program versions run different ones.
 * A lease only avoids that two processes do the same work; that nothing is applied twice is the compare-and-set on the checkpoint.
 */
export class Ownership {
  readonly processId = randomUUID();

  constructor(
    private readonly pool: pg.Pool,
    private readonly partitions: number,
    private readonly leaseMs = 5000,
  ) {}

  /**
   * Renews the lease, takes free partitions up to a fair share and gives up what is above it.
   * @param wanted the partitions that a conveyor brings to this process: these are taken, whatever the share, and others are left to who
   *   wants them; null when there is no conveyor, or none that works
   */
  async renew(liveness: Liveness, projections: string[], wanted: readonly number[] | null): Promise<Owned> {
    const { rows } = await this.pool.query({
      name: 'renew process',
      text: 'SELECT owned, live FROM store.renew_process($1, $2, $3, $4, $5, $6, $7, $8)',
      values: [
        this.processId,
        // For people who look into the table; the id above is what counts.
        `${hostname()}:${process.pid}`,
        liveness.pid,
        liveness.startedAt,
        this.leaseMs,
        this.partitions,
        projections,
        wanted,
      ],
    });
    return { places: rows[0].owned, liveProcesses: rows[0].live };
  }

  /** Gives everything back at once, so that another process need not wait for the lease to run out. */
  async release(): Promise<void> {
    await this.pool.query('DELETE FROM store.processes WHERE id = $1', [this.processId]);
    await this.pool.query('DELETE FROM store.partition_owners WHERE process_id = $1', [this.processId]);
  }
}
