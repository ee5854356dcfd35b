import { metric } from '../kit/probes.js';
import { select } from '../kit/select.js';
import type { Topology } from '../kit/topology.js';

/** Counts over the whole soak. */
export class Tally {
  answered = 0;
  private readonly faults = new Map<string, number>();
  /** What each process had applied when it was last asked. */
  private readonly applied = new Map<number, { store: number; kafka: number }>();

  fault(name: string): void {
    this.faults.set(name, (this.faults.get(name) ?? 0) + 1);
  }

  /** Asks the running processes what they applied; what one applies after that and before it is killed is not counted. */
  async askApplied(service: Topology): Promise<void> {
    for (const name of service.names()) {
      const server = service.process(name);
      const count = (source: string) => metric(server, 'waybill_projection_events_total', `source="${source}"`);
      this.applied.set(server.pid, { store: await count('store'), kafka: await count('kafka') });
    }
  }

  async print(url: string): Promise<string> {
    const [{ events }] = await select(url, 'SELECT count(*)::int AS events FROM store.events');
    const total = (source: 'store' | 'kafka') =>
      [...this.applied.values()].reduce((sum, each) => sum + each[source], 0);
    const faults = [...this.faults].toSorted().map(([name, times]) => `${name} ${times}`);
    return [
      `mutations answered: ${this.answered}`,
      `events in the log: ${events}`,
      `events applied: ${total('kafka')} from Kafka, ${total('store')} from the store`,
      `faults: ${faults.join(', ') || 'none'}`,
    ].join('\n');
  }
}
