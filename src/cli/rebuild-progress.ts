import type { RebuildProgress, RebuildReport } from '../core/projection/rebuild/rebuild.js';
import { note, print, type OutputOptions } from './output.js';
import { startProgress, type Progress } from './progress.js';

type Display = { progress(progress: RebuildProgress): void; end(report: RebuildReport): void };

/** What people or machines see of a rebuild while it goes on, on standard error, and what it came to. */
export function showRebuild(projection: string, options: OutputOptions): Display {
  return {
    progress: stepsOf(projection, options),
    end: (report) => (options.json ? print(JSON.stringify(report)) : tell(projection, report)),
  };
}

/** Only how many events there are to load is known from the begin; of the other steps it is told that they begin. */
function stepsOf(projection: string, options: OutputOptions): Display['progress'] {
  let step = '';
  let loading: Progress | null = null;
  return ({ phase, done, total }) => {
    if (phase === 'loading') {
      if (!loading) (loading = startProgress(projection, options)).total(total);
      loading.update(done);
    } else if (phase !== step) {
      note(options.json ? JSON.stringify({ step: `${projection}: ${phase}` }) : `${projection}: ${phase} …`);
    }
    step = phase;
  };
}

function tell(projection: string, report: RebuildReport): void {
  if (report.resumedParts > 0)
    note(`${projection}: ${report.resumedParts} of ${report.parts} parts were there from an earlier run.`);
  if (report.sqlFailure) note(`${projection}: built by its handlers, for its SQL failed: ${report.sqlFailure}`);
  const parked = report.parkedStreams > 0 ? `, ${report.parkedStreams} parked streams` : '';
  print(`${projection} is rebuilt from ${report.events} events up to position ${report.position}${parked}.`);
}
