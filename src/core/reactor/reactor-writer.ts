import type pg from 'pg';
import type { Recorded } from '../event-store/types.js';
import type { ProjectionWriter, StreamBatch, StreamChange } from '../projection/writer.js';
import { addJobs, type NewJob } from '../tasks/add-jobs.js';
import type { Reactor } from './reactor.js';

/** Turns events into jobs. What was added is not taken back: like sums, a parked stream goes on from the event that was parked. */
export class ReactorWriter implements ProjectionWriter {
  constructor(private readonly reactor: Reactor) {}

  async load(): Promise<Map<string, Record<string, unknown>>> {
    return new Map();
  }

  fold({ streamId, events }: StreamBatch): StreamChange {
    return { streamId, upserts: [], deletes: [], deltas: [], jobs: events.flatMap((event) => this.jobsOf(event)) };
  }

  async write(client: pg.ClientBase, changes: StreamChange[]): Promise<void> {
    await addJobs(
      client,
      changes.flatMap((change) => change.jobs),
    );
  }

  async clear(): Promise<void> {}

  private jobsOf(event: Recorded): NewJob[] {
    const { name, on } = this.reactor;
    const jobs = on[event.type]?.(event) ?? [];
    return (Array.isArray(jobs) ? jobs : [jobs]).map((job, index) => ({
      ...job,
      key: `reactor:${name}:${event.position}${index === 0 ? '' : `:${index}`}`,
      queue: this.queueOf(event),
    }));
  }

  /** A stream lies in one partition for ever. A queue per stream would do the same, but the worker locks every free queue at each look. */
  private queueOf({ partition }: Recorded): string | null {
    return this.reactor.inOrder ? `reactor:${this.reactor.name}:${partition}` : null;
  }
}
