import type { Members } from './members.js';
import type { RunnerPorts } from './ports.js';
import { refuseFuture } from './refusal.js';
import type { Tail } from './tail.js';

/** This process's share of the work: the partitions that it owns, and which projections may run there. */
export class Share {
  constructor(
    private readonly ports: RunnerPorts,
    private readonly members: Members,
    private readonly tail: Tail,
  ) {}

  /** Renews the lease and takes or gives up partitions; none while the listener is down. @returns whether anything changed */
  async renew(): Promise<boolean> {
    const liveness = this.ports.liveness();
    if (!liveness) return false;
    const { places, liveProcesses } = await this.ports.ownership.renew(liveness, this.members.names, this.tail.wanted);
    this.ports.onLiveProcesses?.(liveProcesses);
    if (!(await this.members.own(places))) return false;
    await this.settle();
    return true;
  }

  /** Reads states, checkpoints, parked streams and skips anew. */
  async reload(): Promise<void> {
    await this.members.loadStates();
    await this.members.reload(this.members.all);
    await this.settle();
  }

  private async settle(): Promise<void> {
    this.tail.own(this.members.partitions);
    await refuseFuture(this.ports, this.members, this.tail.position);
    for (const partition of this.members.partitions) this.members.joinTail(partition, this.tail.of(partition));
  }
}
