import { ReadModelsElsewhere } from '../../core/projection/elsewhere.js';
import type { Readiness } from '../../core/http/readiness.js';
import { eventsApplied, measureFeed } from '../../core/runtime/measures.js';
import { createProjector, type Projector } from '../../core/runtime/projector.js';
import type { Foundation } from './foundation.js';

/** This process among those of the database, with its read models and reactors, if that is its role: the API only waits for them. */
export async function openProjector(foundation: Foundation): Promise<Projector> {
  const { roles, core, projectionPool, listener, wakeUp, log, closing, readiness } = foundation;
  const isProjector = roles.includes('projector');
  const projector = createProjector({
    core,
    pool: projectionPool,
    listener,
    wakeUp,
    log,
    runs: isProjector ? core.silos.definitions : [],
    onApplied: (projection, events) => eventsApplied.inc({ projection, source: 'store' }, events),
  });
  await projector.start();
  closing.add(() => projector.stop());
  if (isProjector) {
    measureFeed(core, projector);
    checkOwn(readiness, projector);
  } else if (roles.includes('api')) await checkElsewhere(foundation);
  return projector;
}

function checkOwn(readiness: Readiness, { runner }: Projector): void {
  readiness.register('projections', async () => {
    const paused = runner.members.all.filter((member) => member.paused).map((member) => member.name);
    const detail = paused.length > 0 ? `paused: ${paused.join(', ')}` : undefined;
    if (runner.trouble) return { ok: false, detail: runner.trouble };
    return runner.caughtUp ? { ok: true, detail } : { ok: false, detail: runner.progressText() };
  });
}

async function checkElsewhere({ core, readiness }: Foundation): Promise<void> {
  const names = core.silos.projections.map(({ versionedName }) => versionedName);
  const { pool, store, watermark } = core;
  const readModels = new ReadModelsElsewhere(pool, names, store.partitions, await watermark.safeHead());
  readiness.register('projections', () => readModels.report());
}
