import type { ConveyedEvent, ConveyorHandlers } from '../feed/conveyor.js';
import { defaultRunnerOptions, type RunnerPorts } from './ports.js';
import { Tail } from './tail.js';

/** A log of two partitions, of which the conveyor brings events of the first. */
function tailOver(head: number, heads: Record<number, number>) {
  let handlers!: ConveyorHandlers;
  const ports = {
    safeHead: async () => head,
    lastPosition: async () => head,
    decode: async (events: unknown) => events,
    readHeads: async () => new Map(Object.entries(heads).map(([partition, last]) => [Number(partition), last])),
    readPage: async ({ upTo }: { upTo: number }) => ({ events: [], reached: upTo }),
    conveyor: { start: (given: ConveyorHandlers) => (handlers = given), stop: async () => undefined },
  } as unknown as RunnerPorts;
  const tail = new Tail(ports, { ...defaultRunnerOptions, pageSize: 1, lookMs: 0, patienceMs: 0 }, () => undefined);
  tail.listen();
  tail.own([0, 1]);
  handlers.onAssigned([0, 1]);
  const bring = (positions: number[]) => {
    for (const position of positions)
      void handlers.onEvents(0, [{ partition: 0, position, predecessor: position - 1 } as ConveyedEvent]);
  };
  return { tail, bring };
}

it('misses what the conveyor lost of one partition, though there is always more of another', async () => {
  const { tail, bring } = tailOver(100, { 0: 99, 1: 100 });
  bring([1, 2, 3, 4, 5, 6]);
  for (let turn = 0; turn < 5; turn++) tail.advance((await tail.next())!.span.moves);
  expect(tail.of(1)).toBe(100);
});

it('takes no longer for a turn when the conveyor repeats itself without end', async () => {
  const { tail, bring } = tailOver(100, {});
  bring([1, 1, 1, 1, 1]);
  tail.advance((await tail.next())!.span.moves);
  expect((await tail.next())!.span).toEqual({ events: [], moves: [] });
});
