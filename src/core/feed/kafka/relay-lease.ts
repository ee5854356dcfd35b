import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type pg from 'pg';
import { positionFrom } from '../../event-store/rows.js';
import type { Backend } from '../listener.js';

const LEASE_MS = 5_000;

/**
 * The right to publish, for one process at a time, and the relay's checkpoint. A process that was killed loses it with its listener
 * connection, a frozen one when it runs out. The lease avoids that messages come twice; that none is lost is the checkpoint, which only
 * its holder moves, and only from where it believes it to be.
 */
export class RelayLease {
  private readonly holder = randomUUID();
  private goodUntil = 0;

  /** @param liveness the process's listener connection; null while it is down, and then no lease is taken or kept */
  constructor(
    private readonly pool: pg.Pool,
    private readonly incarnation: string,
    private readonly liveness: () => Backend | null,
  ) {}

  /** Whether nobody else can have taken it yet. A process that was frozen finds out here, before it publishes again. */
  get isHeld(): boolean {
    return performance.now() < this.goodUntil;
  }

  /** Takes or keeps it. @returns the checkpoint, or null when another process holds the lease */
  async renew(): Promise<number | null> {
    const backend = this.liveness();
    if (!backend) return null;
    const asked = performance.now();
    const { rows } = await this.pool.query({
      name: 'relay.renew',
      text: 'SELECT store.renew_relay($1, $2, $3, $4, $5, $6) AS position',
      values: [this.holder, `${hostname()}:${process.pid}`, backend.pid, backend.startedAt, LEASE_MS, this.incarnation],
    });
    const { position } = rows[0];
    this.goodUntil = position === null ? 0 : asked + LEASE_MS;
    return position === null ? null : positionFrom(position);
  }

  /** Moves the checkpoint. @returns false when the lease was lost: another relay has it, or an operator moved the checkpoint */
  async advance(from: number, to: number): Promise<boolean> {
    const { rowCount } = await this.pool.query({
      name: 'relay.advance',
      text: 'UPDATE store.relay SET position = $3 WHERE holder = $1 AND position = $2',
      values: [this.holder, from, to],
    });
    return rowCount === 1;
  }

  /** Lets another process take over at once. */
  async release(): Promise<void> {
    this.goodUntil = 0;
    await this.pool.query('UPDATE store.relay SET holder = NULL, expires_at = NULL WHERE holder = $1', [this.holder]);
  }
}
