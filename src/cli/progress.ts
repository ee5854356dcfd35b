import { note } from './output.js';

/** What has been done of a long piece of work. */
export type Progress = {
  /** Says how much there is to do; until then, and while it is nothing, nothing is shown. */
  total(count: number): void;
  /** @param done of the total; call it as often as you like */
  update(done: number): void;
  /** Leaves the terminal's line. */
  end(): void;
};

export type ProgressOptions = {
  label: string;
  /** What is counted: `events`. */
  unit: string;
  json?: boolean;
};

const barWidth = 30;
const barMs = 100;
const lineMs = 1000;

/**
 * Progress on standard error: a bar on a terminal, redrawn in place; with `json` one JSON object a line and second; nothing elsewhere.
 * Rate and remaining time are those of the last ten seconds or so, not of the whole.
 */
export function startProgress({ label, unit, json }: ProgressOptions): Progress {
  const isShown = json || process.stderr.isTTY;
  const everyMs = json ? lineMs : barMs;
  const pace = new Pace();
  let total = 0;
  let shownAt = performance.now();
  let isDrawn = false;
  return {
    total: (count) => void (total = count),
    update: (done) => {
      const now = performance.now();
      if (!isShown || total === 0 || now - shownAt < everyMs) return;
      shownAt = now;
      const perSecond = pace.after(done, now);
      const secondsLeft = perSecond > 0 ? (total - done) / perSecond : null;
      isDrawn = !json;
      if (json) note(JSON.stringify({ step: label, done, total, perSecond: Math.round(perSecond), secondsLeft }));
      else process.stderr.write(`\r${barText(label, unit, { done, total, perSecond, secondsLeft })}\x1b[K`);
    },
    end: () => void (isDrawn && process.stderr.write('\n')),
  };
}

export type Standing = { done: number; total: number; perSecond: number; secondsLeft: number | null };

export function barText(label: string, unit: string, { done, total, perSecond, secondsLeft }: Standing): string {
  const filled = Math.round((barWidth * Math.min(done, total)) / total);
  const bar = `${'='.repeat(filled)}${' '.repeat(barWidth - filled)}`;
  const left = secondsLeft === null ? '' : `, ${duration(secondsLeft)} left`;
  return `${label} [${bar}] ${done}/${total} ${unit}, ${Math.round(perSecond)}/s${left}`;
}

/** `42 s`, `3 min 5 s`, `2 h 10 min`. */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}

/** How fast a count goes: older measurements count less and less. */
export class Pace {
  private last: { done: number; at: number } | null = null;
  private perSecond = 0;

  /** @param at in milliseconds, of a clock that does not jump @returns per second; 0 at the first call */
  after(done: number, at: number): number {
    if (this.last && at > this.last.at) {
      const seconds = (at - this.last.at) / 1000;
      const now = Math.max(0, done - this.last.done) / seconds;
      const weight = this.perSecond === 0 ? 1 : 1 - Math.exp(-seconds / 5);
      this.perSecond += weight * (now - this.perSecond);
    }
    this.last = { done, at };
    return this.perSecond;
  }
}
