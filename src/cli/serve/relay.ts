import { createRelay, type Relay } from '../../core/feed/kafka/relay.js';
import { relayStatus } from '../../core/feed/kafka/relay-status.js';
import type { CheckResult } from '../../core/http/readiness.js';
import { eventsPublished, measureRelay } from '../../core/runtime/measures.js';
import type { Foundation } from './foundation.js';
import type { KafkaLink } from './kafka.js';

/** Passes the log on to Kafka, or stands by while another process does. @returns the relay, which publishes nothing before it is started */
export function openRelay(foundation: Foundation, { kafka, settings }: KafkaLink): Relay {
  const { core, projectionPool: pool, listener, wakeUp, log, closing, readiness } = foundation;
  const { partitions, incarnation } = core.store;
  const relay = createRelay({
    pool,
    kafka,
    settings,
    partitions,
    incarnation,
    watermark: core.watermark,
    wakeUp,
    liveness: () => listener.backend,
    log,
    onPublished: (events) => eventsPublished.inc(events),
  });
  closing.add(() => relay.stop());
  measureRelay(core, relay);
  readiness.register('relay', () => standing(foundation, relay));
  return relay;
}

/** Beside other roles it is no reason to send requests elsewhere: read models follow the store meanwhile. */
async function standing({ core, roles }: Foundation, { state }: Relay): Promise<CheckResult> {
  if (state.phase === 'failing')
    return { ok: roles.length > 1, detail: `nothing is published to Kafka: ${state.trouble}` };
  if (state.phase === 'stopped') return { ok: true, detail: 'connecting to Kafka' };
  const { position, holder } = await relayStatus(core.pool);
  if (state.phase === 'waiting') return { ok: true, detail: `standing by: ${holder ?? 'nobody'} publishes` };
  const behind = (await core.watermark.safeHead()) - (position ?? 0);
  return { ok: true, detail: `publishing at ${position}, ${behind} behind` };
}
