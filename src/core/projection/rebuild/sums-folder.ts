import type { Recorded } from '../../event-store/types.js';
import type { ProjectionWriter, StreamChange } from '../writer.js';

type Delta = StreamChange['deltas'][number];

/** Adds up the sums of one partition. Deltas are commutative, so events may come in any order. */
export class SumsFolder {
  private readonly totals = new Map<string, Delta>();

  constructor(private readonly writer: Pick<ProjectionWriter, 'fold'>) {}

  /** @throws what a handler throws; then the whole part must be folded in stream order, to find where its stream stops. */
  add(events: Recorded[]): void {
    for (const { group, partition, add } of this.writer.fold({ streamId: '', events }, new Map()).deltas) {
      const total = this.totals.get(group);
      if (!total) this.totals.set(group, { group, partition, add: { ...add } });
      else for (const [counter, by] of Object.entries(add)) total.add[counter] = (total.add[counter] ?? 0) + by;
    }
  }

  /** In order of groups, so that parts of one partition that are written at the same time wait for each other but never in a circle. */
  change(): StreamChange {
    const deltas = [...this.totals.values()].sort((a, b) => (a.group < b.group ? -1 : 1));
    return { streamId: '', upserts: [], deletes: [], deltas, jobs: [] };
  }
}
