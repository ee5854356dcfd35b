import type { Event, Recorded } from '../../src/core/event-store/types.js';

/** How many partitions these logs have. */
const partitions = 3;

/** Events as a log holds them, one after the other, each a millisecond later. The number at the end of a stream's id says its partition. */
export function logOf(events: { streamId: string; event: Event<string, any> }[]): Recorded[] {
  const lengths = new Map<string, number>();
  return events.map(({ streamId, event }, index) => {
    const streamVersion = (lengths.get(streamId) ?? 0) + 1;
    lengths.set(streamId, streamVersion);
    return {
      ...event,
      streamId,
      streamVersion,
      position: index + 1,
      partition: Number(/\d+$/.exec(streamId)) % partitions,
      metadata: { actor: { kind: 'anonymous' }, correlationId: 'x' },
      occurredAt: new Date(index),
    } as Recorded;
  });
}

/** Batches of one to four events, each from one partition in its order, the partitions in any order. */
export function interleaved(log: Recorded[], choices: Iterator<number>): Recorded[][] {
  const queues = Array.from({ length: partitions }, (_, partition) =>
    log.filter((event) => event.partition === partition),
  );
  const batches: Recorded[][] = [];
  while (queues.some((queue) => queue.length > 0)) {
    const open = queues.filter((queue) => queue.length > 0);
    const queue = open[choices.next().value! % open.length]!;
    batches.push(queue.splice(0, 1 + (choices.next().value! % 4)));
  }
  return batches;
}
