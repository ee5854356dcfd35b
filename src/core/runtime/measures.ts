import { counter, gauge } from '../observability/metrics.js';
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
const owned = gauge({ name: 'waybill_partitions_owned', help: 'Partitions of the log that this process applies.' });

const jobs = gauge({
  name: 'waybill_jobs',
  help: 'Jobs that are not done: waiting for their time or running, or failed for good.',
  labels: ['state'],
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

/** Keeps the gauge of jobs up to date. */
export function measureJobs({ pool }: Core): void {
  const measure = async () => {
    const { waiting, failed } = await countJobs(pool);
    jobs.set({ state: 'waiting' }, waiting);
    jobs.set({ state: 'failed' }, failed);
  };
  setInterval(() => void measure().catch(() => undefined), 5 * everyMs).unref();
}
