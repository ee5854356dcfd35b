import type pg from 'pg';

export type ElsewhereReport = { ok: boolean; detail?: string };

type Row = { name: string; paused: boolean; isRun: boolean; passed: number };

/**
 * The read models as a process sees them that runs none: whether others have built them and keep them going.
 */
export class ReadModelsElsewhere {
  private isBuilt = false;

  /**
   * @param projections by their versioned names: those of this program, whatever other versions others run
   * @param startHead where the log ended when this process started: older events are applied before it is ready
   */
  constructor(
    private readonly pool: pg.Pool,
    private readonly projections: readonly string[],
    private readonly partitions: number,
    private readonly startHead: number,
  ) {}

  async report(): Promise<ElsewhereReport> {
    const { rows } = await this.pool.query<Row>(
      `SELECT n.name, coalesce(s.state = 'paused', false) AS paused,
         EXISTS (SELECT FROM store.processes p
                 JOIN pg_stat_activity a ON a.pid = p.backend_pid AND a.backend_start = p.backend_started_at
                 WHERE n.name = ANY (p.projections) AND p.expires_at > clock_timestamp()) AS "isRun",
         (SELECT count(*)::int FROM store.checkpoints c WHERE c.projection = n.name AND c.position >= $2) AS passed
       FROM unnest($1::text[]) AS n(name) LEFT JOIN store.projections s ON s.name = n.name`,
      [this.projections, this.startHead],
    );
    const wanted = rows.filter(({ paused }) => !paused);
    const idle = wanted.filter(({ isRun }) => !isRun);
    if (idle.length > 0) return { ok: false, detail: notRun(idle, wanted) };
    const open = wanted.filter(({ passed }) => passed < this.partitions);
    this.isBuilt ||= open.length === 0;
    if (!this.isBuilt) return { ok: false, detail: `other processes are catching up: ${namesOf(open)}` };
    const paused = rows.filter((row) => row.paused);
    return { ok: true, detail: paused.length > 0 ? `paused: ${namesOf(paused)}` : undefined };
  }
}

function notRun(idle: Row[], wanted: Row[]): string {
  const consequence = 'what is written is not seen until one does';
  if (idle.length === wanted.length) return `no process runs the role projector: ${consequence}`;
  return `no process with the role projector runs ${namesOf(idle)}, which belong to this version: ${consequence}`;
}

const namesOf = (rows: Row[]): string => rows.map(({ name }) => name).join(', ');
