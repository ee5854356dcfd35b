import { ReadModelsElsewhere } from '../../core/projection/elsewhere.js';
import type { Readiness } from '../../core/http/readiness.js';
import { eventsApplied, measureFeed, measureLag } from '../../core/runtime/measures.js';
import { createProjector, type Projector } from '../../core/runtime/projector.js';
import type { Conveyor } from '../../core/feed/conveyor.js';
import type { Foundation } from './foundation.js';
import type { KafkaLink } from './kafka.js';

/** This process among those of the database, with its read models and reactors, if that is its role: the API only waits for them. */
export async function openProjector(foundation: Foundation, kafka: KafkaLink | null): Promise<Projector> {
  const { roles, core, projectionPool, listener, wakeUp, log, closing, readiness } = foundation;
  const isProjector = roles.includes('projector');
  const projector = createProjector({
    core,
    pool: projectionPool,
    listener,
    wakeUp,
    log,
    runs: isProjector ? core.silos.definitions : [],
    conveyor: isProjector && kafka ? await openConveyor(foundation, kafka) : undefined,
    onApplied: (projection, events, source) => eventsApplied.inc({ projection, source }, events),
  });
  await projector.start();
  closing.add(() => projector.stop());
  if (isProjector) {
    measureFeed(core, projector);
    measureLag(core);
    checkOwn(readiness, projector);
  } else if (roles.includes('api')) await checkElsewhere(foundation);
  return projector;
}

/** Its client is loaded only where there is a Kafka. */
async function openConveyor({ core, log }: Foundation, { settings }: KafkaLink): Promise<Conveyor> {
  const { createKafka } = await import('../../core/feed/kafka/client.js');
  const { conveyorRetries, createKafkaConveyor } = await import('../../core/feed/kafka/kafka-conveyor.js');
  const kafka = await createKafka(settings, log, conveyorRetries);
  const { partitions, incarnation } = core.store;
  const names = core.silos.definitions.map(({ versionedName }) => versionedName);
  return createKafkaConveyor({ kafka, settings, partitions, incarnation, names, log });
}

function checkOwn(readiness: Readiness, { runner }: Projector): void {
  readiness.register('projections', async () => {
    const paused = runner.members.all.filter((member) => member.paused).map((member) => member.name);
    const details = [runner.refusal, paused.length > 0 ? `paused: ${paused.join(', ')}` : null];
    const detail = details.filter(Boolean).join('; ') || undefined;
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
