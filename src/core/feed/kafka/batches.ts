import type { Message } from 'kafkajs';
import type { StoredEvent } from '../../event-store/types.js';
import { messageOf, sizeOf } from './message.js';

/** What is sent in one request. */
export type Batch = {
  /** In order of position. */
  messages: Message[];
  /** Position of the last one. */
  reached: number;
};

export type BatchLimits = {
  /** The most that the messages of one partition take together: Kafka takes them as one record batch. */
  partitionBytes: number;
  /** The most that all messages of the request take together. */
  requestBytes: number;
};

/** Events with their predecessors as batches within the limits. An event that alone is larger stands alone. */
export class Batcher {
  /** @param lastPositions the last published position of each partition that has one; kept up to date */
  constructor(
    private readonly lastPositions: Map<number, number>,
    private readonly incarnation: string,
    private readonly limits: BatchLimits,
  ) {}

  /** @param events in order of position, each one later than all before */
  *batches(events: readonly StoredEvent[]): Generator<Batch> {
    let messages: Message[] = [];
    let reached = 0;
    let bytes = 0;
    const partitionBytes = new Map<number, number>();
    for (const event of events) {
      const message = this.next(event);
      const size = sizeOf(message);
      const inPartition = partitionBytes.get(event.partition) ?? 0;
      const isFull = inPartition + size > this.limits.partitionBytes || bytes + size > this.limits.requestBytes;
      if (isFull && messages.length > 0) {
        yield { messages, reached };
        messages = [];
        bytes = 0;
        partitionBytes.clear();
      }
      messages.push(message);
      reached = event.position;
      bytes += size;
      partitionBytes.set(event.partition, (partitionBytes.get(event.partition) ?? 0) + size);
    }
    if (messages.length > 0) yield { messages, reached };
  }

  private next(event: StoredEvent): Message {
    const message = messageOf(event, this.lastPositions.get(event.partition) ?? 0, this.incarnation);
    this.lastPositions.set(event.partition, event.position);
    return message;
  }
}
