import { deleteOldNonces } from '../../accounts/nonce/nonce.table.js';
import { deleteOldSessionUses } from '../../accounts/session/token-uses.table.js';
import { deleteOldAttempts } from '../../core/auth/attempts.js';
import { deleteOldCommandKeys } from '../../core/event-store/command-keys.js';
import { forgetOldMails } from '../../core/mail/mails.js';
import { startHousekeeping } from '../../core/runtime/housekeeping.js';
import { createWorker } from '../../core/runtime/jobs.js';
import { measureJobs } from '../../core/runtime/measures.js';
import { countJobs } from '../../core/tasks/jobs.js';
import { workerConnections, type Worker } from '../../core/tasks/worker.js';
import type { Foundation } from './foundation.js';

/**
 * Jobs and housekeeping.
 * @param processId this process in store.processes
 * @returns the worker, which takes no job before it is started
 */
export function openWorker(foundation: Foundation, processId: string): Worker {
  const { config, log, core, closing } = foundation;
  keepHouse(foundation);
  const pool = foundation.openPool('jobs', { max: workerConnections, role: 'read' });
  const worker = createWorker({ core, pool, processId, config, log });
  closing.add(() => worker.stop());
  measureJobs(core);
  checkJobs(foundation, worker);
  return worker;
}

/** Several workers may do it at once: each chore deletes what is old, and who comes second finds nothing. */
function keepHouse({ config, log, core: { pool }, closing }: Foundation): void {
  const chores = [
    { what: 'command keys', work: () => deleteOldCommandKeys(pool, config.commandKeyDays) },
    { what: 'attempts', work: () => deleteOldAttempts(pool) },
    { what: 'nonces', work: () => deleteOldNonces(pool) },
    { what: 'uses of sessions', work: () => deleteOldSessionUses(pool) },
    { what: 'mails', work: () => forgetOldMails(pool) },
  ];
  const endHousekeeping = startHousekeeping(chores, log);
  closing.add(async () => endHousekeeping());
}

function checkJobs({ readiness, core }: Foundation, worker: Worker): void {
  readiness.register('jobs', async () => {
    // Never a reason to send requests elsewhere: they are answered without.
    if (!worker.running) return { ok: true, detail: 'the worker does not run' };
    const { failed } = await countJobs(core.pool);
    return { ok: true, detail: failed > 0 ? `${failed} failed for good: see "waybill jobs list --failed"` : undefined };
  });
}
