import { readFileSync } from 'node:fs';
import { childrenOf } from './machine.js';

const EVERY_MS = 100;

/** Looks again and again how much memory the processes of a Postgres server have for themselves, beside the buffers that they share. */
export function watchPostgresMemory(postmaster: number | undefined): { stop(): { peakBytes: number } } {
  let peakBytes = 0;
  const look = () => {
    const own = postmaster === undefined ? [] : childrenOf(postmaster).map(privateBytes);
    peakBytes = Math.max(
      peakBytes,
      own.reduce((sum, bytes) => sum + bytes, 0),
    );
  };
  const timer = setInterval(look, EVERY_MS);
  return {
    stop: () => {
      clearInterval(timer);
      look();
      return { peakBytes: peakBytes || NaN };
    },
  };
}

/** Anonymous memory of a process; 0 when it has ended, or where there is no /proc. */
function privateBytes(pid: number): number {
  try {
    return Number(/^RssAnon:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * 1024;
  } catch {
    return 0;
  }
}
