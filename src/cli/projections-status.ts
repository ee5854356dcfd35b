import { setTimeout as delay } from 'node:timers/promises';
import type { Command } from 'commander';
import { ensureCheckpoints } from '../core/projection/checkpoints.js';
import { findDefinition } from '../core/projection/operate.js';
import { projectionStatus, type ProjectionStatus } from '../core/projection/status.js';
import { silos } from '../silos.js';
import { CommandFailure, exitCodes } from './exit.js';
import { print, printRows, tableLines, type Columns, type OutputOptions } from './output.js';
import { redrawn } from './redraw.js';
import { withSession, type Session } from './session.js';

type StatusOptions = OutputOptions & { watch?: boolean; interval: string };

type StatusRow = ProjectionStatus & { kind: string | null };

/** A row beside the one of a moment before. */
export type PacedRow = StatusRow & { perSecond: number | null; secondsLeft: number | null };

export function addStatusCommand(projections: Command): void {
  projections
    .command('status')
    .description(
      'state, position and lag of every projection and reactor; exit code 4 when one is paused or has parked streams',
    )
    .option('--watch', 'a live table until Ctrl-C, with events per second and the time left')
    .option('--interval <seconds>', 'with --watch: time between two looks', '1')
    .option('--json', 'print JSON; with --watch one object a line and look')
    .action((options: StatusOptions) =>
      withSession((session) => (options.watch ? watch(session, options) : status(session, options))),
    );
}

const columns: Columns<StatusRow> = {
  projection: (row) => row.projection,
  kind: (row) => row.kind,
  state: (row) => (row.reason ? `${row.state}: ${row.reason}` : row.state),
  position: (row) => row.position,
  head: (row) => row.head,
  'lag (events)': (row) => Math.round(row.lagEvents),
  'lag (s)': (row) => row.lagSeconds.toFixed(1),
  parked: (row) => row.parkedStreams,
  skipped: (row) => row.skippedEvents,
  owned: (row) => `${row.ownedPartitions}/${row.partitions}`,
  standby: (row) => row.standby,
};

const { state, position, head, 'lag (events)': lag, 'lag (s)': age, parked, owned, standby } = columns;

/** What changes comes first: a terminal may be narrow. */
const watchColumns: Columns<PacedRow> = {
  projection: columns.projection!,
  'lag (events)': lag!,
  'lag (s)': age!,
  'events/s': (row) => row.perSecond,
  'left (s)': (row) => row.secondsLeft,
  position: position!,
  head: head!,
  parked: parked!,
  owned: owned!,
  standby: standby!,
  state: state!,
};

const empty = 'There are no projections.';

async function status(session: Session, options: StatusOptions): Promise<void> {
  const rows = await read(session);
  printRows(rows, columns, empty, options);
  if (rows.some((row) => row.state === 'paused' || row.parkedStreams > 0)) process.exitCode = exitCodes.findings;
}

/** Ends in good order with the interruption. Where nothing can be redrawn each look is printed below the one before. */
async function watch(session: Session, { interval, json }: StatusOptions): Promise<void> {
  const everyMs = Number(interval) * 1000;
  if (!(everyMs >= 100 && everyMs <= 3_600_000))
    throw new CommandFailure('--interval takes seconds from 0.1 to 3600.', exitCodes.usage);
  const { interrupted } = session;
  let before: Sample | null = null;
  let drawn = 0;
  while (!interrupted.aborted) {
    const now: Sample = { at: performance.now(), rows: await read(session) };
    const rows = paced(now, before);
    const lines = rows.length > 0 ? tableLines(rows, watchColumns) : [empty];
    if (json) print(JSON.stringify({ at: new Date(), projections: rows }));
    else if (process.stdout.isTTY) {
      const screen = redrawn(lines, drawn, process.stdout);
      process.stdout.write(screen.text);
      drawn = screen.lines;
    } else print(`${lines.join('\n')}\n`);
    before = now;
    // An interruption ends the pause, and is no failure.
    await delay(everyMs, undefined, { signal: interrupted }).catch(() => undefined);
  }
}

async function read({ pool, core }: Session): Promise<StatusRow[]> {
  await ensureCheckpoints(
    pool,
    // Not of reactors: a new one begins when a server first runs it, not when somebody looks.
    core.silos.projections.map(({ versionedName }) => ({ projection: versionedName, position: 0 })),
    core.store.partitions,
  );
  const known = await projectionStatus(pool, await core.watermark.safeHead());
  return known.map((row) => ({ ...row, kind: findDefinition(silos.definitions, row.projection)?.kind ?? null }));
}

export type Sample = { /** In milliseconds, of a clock that does not jump. */ at: number; rows: StatusRow[] };

/** How fast each goes, and when it meets the end of the log if both go on as between the two samples. */
export function paced(now: Sample, before: Sample | null): PacedRow[] {
  const known = new Map(before?.rows.map((row) => [row.projection, row]));
  const seconds = before ? (now.at - before.at) / 1000 : 0;
  return now.rows.map((row) => {
    const earlier = known.get(row.projection);
    if (!earlier || seconds <= 0) return { ...row, perSecond: null, secondsLeft: null };
    const closing = (earlier.lagEvents - row.lagEvents) / seconds;
    const secondsLeft = row.lagEvents > 0 && closing > 0 ? Math.ceil(row.lagEvents / closing) : null;
    // Less than before is a checkpoint that was set back, not a pace.
    return { ...row, perSecond: Math.max(0, Math.round((row.seen - earlier.seen) / seconds)), secondsLeft };
  });
}
