import type { StoredEvent } from '../event-store/types.js';

/** An event as the conveyor brings it. */
export type ConveyedEvent = StoredEvent & {
  /** Position of the event before it in the same partition; 0 for the first. */
  predecessor: number;
};

export type ConveyorHandlers = {
  /** Partitions that this process is given from now on; null while it is no member of the group. */
  onAssigned(partitions: readonly number[] | null): void;
  /** Events of one partition in the order of the topic, duplicates included. Resolves when they are taken over; until then no more come of this partition. */
  onEvents(partition: number, events: ConveyedEvent[]): Promise<void>;
};

/** Brings the live tail of the log from elsewhere than the store. It may be late, repeat, lose or stop: the store makes up for all of it. */
export interface Conveyor {
  /** Resolves at once; connecting goes on in the background for as long as it takes. */
  start(handlers: ConveyorHandlers): void;
  stop(): Promise<void>;
}
