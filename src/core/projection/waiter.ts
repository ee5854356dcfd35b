import type pg from 'pg';
import { refuse } from '../errors/core.errors.js';
import { pauseReasons } from './checkpoints.js';
import type { ProjectionRunner } from './runner.js';

/** A read model that a caller wants to have seen a position of a stream. */
export type Target = { projection: string; partition: number; position: number; streamId: string };

type Standing = { visible: true } | { visible: false; hopeless?: 'paused' | 'parked' | 'ownerless' };

type Waiting = {
  targets: Target[];
  resolve(): void;
  reject(error: Error): void;
  timer: NodeJS.Timeout;
  doubt: 'none' | 'asked' | 'settled';
  /** Since when a partition has had no owner, though this process took what it may; ms since the epoch. */
  ownerlessSince: number | null;
};

/**
 * Read your own write: waits until read models have passed a position. One per process; one query serves all waits on partitions that
 * another process owns, and waits on this process's own partitions ask nothing at all.
 */
export class VisibilityWaiter {
  private readonly waiting = new Set<Waiting>();
  private checking = false;
  private again = false;
  private poll: NodeJS.Timeout | null = null;

  constructor(
    private readonly pool: pg.Pool,
    private readonly runner: ProjectionRunner,
    private readonly timeoutMs = 10_000,
    private readonly pollMs = 50,
    /** When a process dies, the others take its partitions at their next renewal, each its share: until then nobody is to blame. */
    private readonly takeoverMs = 3000,
  ) {
    runner.events.on('progress', () => this.notify());
  }

  /**
   * Resolves when all targets are visible.
   * @throws Refusal COMMITTED_NOT_VISIBLE with the position: at once when a projection is paused or the stream is parked; when no live
   * process takes the partition within `takeoverMs`; else after `timeoutMs`.
   */
  async wait(targets: Target[]): Promise<void> {
    const open = targets.filter((target) => !this.visibleHere(target));
    if (open.length === 0) return;
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => this.fail(entry, 'timeout'), this.timeoutMs);
      const entry: Waiting = { targets: open, resolve, reject, timer, doubt: 'none', ownerlessSince: null };
      this.waiting.add(entry);
      this.notify();
    });
  }

  /** Something may have moved: here, or in another process that said so. */
  notify(): void {
    if (this.waiting.size === 0) return;
    this.again = true;
    if (this.checking) return;
    void this.check();
  }

  /** One at a time. `checking` falls in the same moment in which `again` was last looked at, so that no notification is lost in between. */
  private async check(): Promise<void> {
    this.checking = true;
    try {
      while (this.again && this.waiting.size > 0) {
        this.again = false;
        await this.checkOnce();
      }
    } finally {
      this.checking = false;
    }
  }

  private async checkOnce(): Promise<void> {
    const entries = [...this.waiting];
    const remote = entries.flatMap(({ targets }) => targets).filter((target) => !this.ownedHere(target));
    // A failing look-up is answered by the next poll; each wait has its own end.
    const standings = remote.length > 0 ? await this.lookUp(remote).catch(() => null) : new Map<Target, Standing>();
    for (const entry of entries) if (standings) this.settle(entry, standings);
    this.pollWhileRemote();
  }

  private settle(entry: Waiting, remote: Map<Target, Standing>): void {
    const standings = entry.targets.map((target) => remote.get(target) ?? this.standingHere(target));
    entry.targets = entry.targets.filter((_, index) => !standings[index]!.visible);
    if (entry.targets.length === 0) {
      this.finish(entry);
      entry.resolve();
      return;
    }
    const hopeless = standings.map((standing) => (standing.visible ? undefined : standing.hopeless)).find(Boolean);
    if (hopeless !== 'ownerless') entry.ownerlessSince = null;
    if (!hopeless || entry.doubt === 'asked') return;
    if (entry.doubt === 'none') return this.makeSure(entry);
    if (hopeless === 'ownerless' && !this.isAbandoned(entry)) return;
    this.fail(entry, hopeless);
  }

  private isAbandoned(entry: Waiting): boolean {
    entry.ownerlessSince ??= Date.now();
    return Date.now() - entry.ownerlessSince >= this.takeoverMs;
  }

  /** What this process remembers may be older than an operator's command or another process's end: look again before saying no. */
  private makeSure(entry: Waiting): void {
    entry.doubt = 'asked';
    void this.runner.refresh().then(() => {
      entry.doubt = 'settled';
      this.notify();
    });
  }

  private ownedHere(target: Target): boolean {
    return this.runner.members.find(target.projection)?.partitions.has(target.partition) ?? false;
  }

  private visibleHere(target: Target): boolean {
    return this.ownedHere(target) && this.standingHere(target).visible;
  }

  private standingHere(target: Target): Standing {
    const member = this.runner.members.find(target.projection);
    const progress = member?.partitions.get(target.partition);
    if (!member || !progress) return { visible: false };
    if (progress.parked.has(target.streamId)) return { visible: false, hopeless: 'parked' };
    if (progress.seen >= target.position && !member.isRefused) return { visible: true };
    return member.paused ? { visible: false, hopeless: 'paused' } : { visible: false };
  }

  private async lookUp(targets: Target[]): Promise<Map<Target, Standing>> {
    const { rows } = await this.pool.query({
      name: 'read visibility',
      text: `SELECT c.position, p.state = 'paused' AS paused, p.state = 'paused' AND p.reason = $4 AS refused,
               EXISTS (SELECT FROM store.parked_streams s WHERE s.projection = t.projection AND s.stream_id = t.stream_id) AS parked,
               EXISTS (SELECT FROM store.partition_owners o JOIN store.processes r ON r.id = o.process_id
                       JOIN pg_stat_activity a ON a.pid = r.backend_pid AND a.backend_start = r.backend_started_at
                       WHERE o.projection = t.projection AND o.partition = t.partition AND r.expires_at > clock_timestamp()) AS owned
             FROM unnest($1::text[], $2::smallint[], $3::text[]) WITH ORDINALITY AS t(projection, partition, stream_id, n)
             LEFT JOIN store.checkpoints c ON c.projection = t.projection AND c.partition = t.partition
             LEFT JOIN store.projections p ON p.name = t.projection
             ORDER BY t.n`,
      values: [
        targets.map((target) => target.projection),
        targets.map((target) => target.partition),
        targets.map((target) => target.streamId),
        pauseReasons.beyondTheLog,
      ],
    });
    return new Map(targets.map((target, index) => [target, standingOf(rows[index], target)]));
  }

  /** While somebody waits for another process, a poll stands in for a lost notification. */
  private pollWhileRemote(): void {
    const remote = [...this.waiting].some((entry) => entry.targets.some((target) => !this.ownedHere(target)));
    if (!remote || this.poll) return;
    this.poll = setTimeout(() => {
      this.poll = null;
      this.notify();
    }, this.pollMs);
  }

  private fail(entry: Waiting, cause: string): void {
    this.finish(entry);
    const target = entry.targets[0]!;
    entry.reject(refuse('COMMITTED_NOT_VISIBLE', { position: target.position, projection: target.projection, cause }));
  }

  private finish(entry: Waiting): void {
    clearTimeout(entry.timer);
    this.waiting.delete(entry);
  }
}

function standingOf(
  row: { position: string | null; paused: boolean; refused: boolean | null; parked: boolean; owned: boolean },
  target: Target,
): Standing {
  if (row.parked) return { visible: false, hopeless: 'parked' };
  if (Number(row.position ?? -1) >= target.position && !row.refused) return { visible: true };
  if (row.paused) return { visible: false, hopeless: 'paused' };
  return row.owned ? { visible: false } : { visible: false, hopeless: 'ownerless' };
}
