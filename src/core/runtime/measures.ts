import type { Relay } from '../feed/kafka/relay.js';
import { relayStatus } from '../feed/kafka/relay-status.js';
import { counter, gauge } from '../observability/metrics.js';
import { projectionStatus } from '../projection/status.js';
import { countJobs } from '../tasks/jobs.js';
import type { Core } from './core.js';
import type { Projector } from './projector.js';

export const eventsApplied = counter({
  name: 'waybill_projection_events_total',
  help: 'Events applied to read models, by projection and by where they were read.',
  labels: ['projection', 'source'],
});

const position = gauge({
  name: 'waybill_feed_position',
  help: 'Position in the log that live projections of this process have seen.',
});
const head = gauge({ name: 'waybill_log_safe_head', help: 'Position below which no event can appear any more.' });
const parked = gauge({
  name: 'waybill_projection_parked_streams',
  help: 'Streams whose event could not be applied.',
  labels: ['projection'],
});
const paused = gauge({
  name: 'waybill_projection_paused',
  help: '1 while a projection is paused.',
  labels: ['projection'],
});
const lagEvents = gauge({
  name: 'waybill_projection_lag_events',
  help: 'Events that a projection has not passed yet, in all partitions, whoever owns them. Estimated where it is far behind.',
  labels: ['projection'],
});
const lagSeconds = gauge({
  name: 'waybill_projection_lag_seconds',
  help: 'Age of the oldest event that a projection has not passed yet; 0 when there is none.',
  labels: ['projection'],
});
const owned = gauge({ name: 'waybill_partitions_owned', help: 'Partitions of the log that this process applies.' });

const jobs = gauge({
  name: 'waybill_jobs',
  help: 'Jobs that are not done: waiting for their time or running, or failed for good.',
  labels: ['state'],
});

export const eventsPublished = counter({
  name: 'waybill_relay_events_total',
  help: 'Events that this process has published to Kafka.',
});
const published = gauge({
  name: 'waybill_relay_position',
  help: 'Position in the log up to which all is in Kafka, whoever published it.',
});
const publishes = gauge({
  name: 'waybill_relay_holder',
  help: '1 while this process publishes the log to Kafka.',
});

const everyMs = 2000;

/** Keeps the gauges of the feed up to date. Lag in events is head minus position. */
export function measureFeed(core: Core, { runner }: Projector): void {
  const measure = async () => {
    head.set(await core.watermark.safeHead());
    position.set(runner.position);
    owned.set(runner.ownedPartitions.length);
    for (const member of runner.members.all) {
      parked.set({ projection: member.name }, member.parkedStreams);
      paused.set({ projection: member.name }, member.paused ? 1 : 0);
    }
  };
  setInterval(() => void measure().catch(() => undefined), everyMs).unref();
}

/** Keeps the gauges of lag up to date: the figures of `projections status`. How fast a projection goes is the rate at which its lag falls. */
export function measureLag({ pool, watermark, silos }: Core): void {
  const known = new Set(silos.definitions.map(({ versionedName }) => versionedName));
  const measure = async () => {
    for (const status of await projectionStatus(pool, await watermark.safeHead())) {
      const { projection } = status;
      if (!known.has(projection)) continue;
      lagEvents.set({ projection }, status.lagEvents);
      lagSeconds.set({ projection }, status.lagSeconds);
    }
  };
  setInterval(() => void measure().catch(() => undefined), 5 * everyMs).unref();
}

/** Keeps the gauge of jobs up to date. */
export function measureJobs({ pool }: Core): void {
  const measure = async () => {
    const { waiting, failed } = await countJobs(pool);
    jobs.set({ state: 'waiting' }, waiting);
    jobs.set({ state: 'failed' }, failed);
  };
  setInterval(() => void measure().catch(() => undefined), 5 * everyMs).unref();
}

/** Keeps the gauges of the relay up to date. Lag in positions is `waybill_log_safe_head` minus position. */
export function measureRelay(core: Core, relay: Relay): void {
  const measure = async () => {
    publishes.set(relay.state.phase === 'publishing' ? 1 : 0);
    head.set(await core.watermark.safeHead());
    const { position: upTo } = await relayStatus(core.pool);
    if (upTo !== null) published.set(upTo);
  };
  setInterval(() => void measure().catch(() => undefined), everyMs).unref();
}
