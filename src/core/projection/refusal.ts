import { pauseBeyondTheLog } from './checkpoints.js';
import type { Members } from './members.js';
import { notifyControl } from './operate.js';
import type { RunnerPorts } from './ports.js';

/**
 * A checkpoint beyond the end of the log is one of another log, as after a backup of the events alone was restored. What stands behind it in the read
 * model cannot be known, so it does not run, also when an operator resumes it, until it is built anew.
 * The stored checkpoint decides: what this process remembers may be of a log that has gone back since, and is then read anew.
 * @param seen up to where this process knows the log
 */
export async function refuseFuture(
  { pool, lastPosition, log }: Pick<RunnerPorts, 'pool' | 'lastPosition' | 'log'>,
  members: Members,
  seen: number,
): Promise<void> {
  if (members.beyond(seen).length === 0) return;
  const suspects = members.beyond(await lastPosition()).filter(({ paused }) => !paused);
  if (suspects.length === 0) return;
  const refused = await pauseBeyondTheLog(
    pool,
    suspects.map(({ name }) => name),
  );
  await members.loadStates();
  await members.reload(suspects);
  for (const projection of refused)
    log.error({ projection }, 'projection paused: its checkpoint lies beyond the end of the log');
  if (refused.length > 0) await notifyControl(pool);
}
