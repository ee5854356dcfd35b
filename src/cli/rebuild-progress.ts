import type { RebuildProgress, RebuildReport } from '../core/projection/rebuild/rebuild.js';
import { note, paceOf, print, progressBar, type OutputOptions, type Pace } from './output.js';

const lineMs = 1_000;

type Display = { progress(progress: RebuildProgress): void; end(report: RebuildReport): void };

/** What people or machines see of a rebuild while it goes on, and what it came to. */
export function showRebuild(projection: string, { json }: OutputOptions): Display {
  return json ? linesFor(projection) : barFor(projection);
}

function barFor(projection: string): Display {
  let phase = '';
  let bar: ((done: number) => void) | null = null;
  return {
    progress: (progress) => {
      if (progress.phase !== phase && progress.phase !== 'loading') note(`${projection}: ${progress.phase} …`);
      phase = progress.phase;
      if (progress.phase === 'loading') (bar ??= progressBar(projection, progress.total))(progress.done);
    },
    end: (report) => {
      if (report.resumedParts > 0)
        note(`${projection}: ${report.resumedParts} of ${report.parts} parts were there from an earlier run.`);
      if (report.sqlFailure) note(`${projection}: built by its handlers, for its SQL failed: ${report.sqlFailure}`);
      const parked = report.parkedStreams > 0 ? `, ${report.parkedStreams} parked streams` : '';
      print(`${projection} is rebuilt from ${report.events} events up to position ${report.position}${parked}.`);
    },
  };
}

function linesFor(projection: string): Display {
  let pace: ((done: number) => Pace) | null = null;
  let printedAt = 0;
  return {
    progress: ({ phase, done, total }) => {
      if (total !== null) pace ??= paceOf(total);
      if (Date.now() - printedAt < lineMs) return;
      printedAt = Date.now();
      print(JSON.stringify({ projection, phase, done, total, ...(phase === 'loading' && pace?.(done)) }));
    },
    end: (report) => print(JSON.stringify({ phase: 'done', ...report })),
  };
}
