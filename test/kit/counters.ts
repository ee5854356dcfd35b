import { aggregate, decides } from '../../src/core/command/aggregate.js';
import { command } from '../../src/core/command/command.js';
import { decision, type Decision } from '../../src/core/command/decision.js';
import type { Silo } from '../../src/core/command/silo.js';
import { eventTypes } from '../../src/core/event-store/event-types.js';
import type { Event } from '../../src/core/event-store/types.js';
import { projection, readTable, sums } from '../../src/core/projection/index.js';

/** A small aggregate for tests of the machinery: a counter that can be told to upset its read models. */
export type CounterEvent =
  | Event<'test.counter.raised', { by: number; note: string | null }>
  | Event<'test.counter.poisoned', { how: 'throw' | 'null-column' | 'no-column' }>
  | Event<'test.counter.closed', Record<string, never>>;

export const counterEvents = eventTypes<CounterEvent>({
  'test.counter.raised': { version: 1 },
  'test.counter.poisoned': { version: 1 },
  'test.counter.closed': { version: 1 },
});

export class Raise extends command('Raise') {
  constructor(
    readonly streamId: string,
    readonly by: number,
    readonly note: string | null = null,
  ) {
    super();
  }
}

export class Poison extends command('Poison') {
  constructor(
    readonly streamId: string,
    readonly how: 'throw' | 'null-column' | 'no-column',
  ) {
    super();
  }
}

export class Close extends command('Close') {
  constructor(readonly streamId: string) {
    super();
  }
}

type Counter = { total: number };

export const counterAggregate = aggregate<Counter, CounterEvent>({
  name: 'counter',
  events: counterEvents,
  initialState: { total: 0 },
  evolve: (counter, event) =>
    event.type === 'test.counter.raised' ? { total: counter.total + event.data.by } : counter,
  decisions: [
    decides(Raise, (_, { by, note }): Decision<CounterEvent> => {
      return decision<CounterEvent>(by !== 0 && { event: { type: 'test.counter.raised', data: { by, note } } });
    }),
    decides(Poison, (_, { how }): Decision<CounterEvent> => {
      return decision<CounterEvent>({ event: { type: 'test.counter.poisoned', data: { how } } });
    }),
    decides(Close, (): Decision<CounterEvent> =>
      decision<CounterEvent>({ event: { type: 'test.counter.closed', data: {} } }),
    ),
  ],
});

type CounterRow = { id: string; total: number; note: string | null; raises: number };

/** Bugs that tests switch on and off, as an operator's next version would. */
export const bugs = { poison: true };

export const counters = projection<CounterRow, CounterEvent>({
  table: readTable<CounterRow>({
    name: 'test_counters',
    version: 1,
    columns: { total: { type: 'bigint' }, note: { type: 'text', nullable: true }, raises: { type: 'integer' } },
  }),
  events: counterEvents,
  on: {
    'test.counter.raised': (event, row) => ({
      id: event.streamId,
      total: (row?.total ?? 0) + event.data.by,
      note: event.data.note,
      raises: (row?.raises ?? 0) + 1,
    }),
    'test.counter.poisoned': (event, row) => {
      if (!bugs.poison) return row ?? { id: event.streamId, total: 0, note: null, raises: 0 };
      if (event.data.how === 'throw') throw new Error('the fold does not like this event');
      const bad = { id: event.streamId, total: null as unknown as number, note: null, raises: 0 };
      if (event.data.how === 'null-column') return bad;
      return { ...bad, total: undefined as unknown as number };
    },
    'test.counter.closed': () => null,
  },
});

/** One row per raise: rows that are not one per stream. */
type RaiseRow = { id: string; by: number };

export const raises = projection<RaiseRow, CounterEvent>({
  table: readTable<RaiseRow>({
    name: 'test_raises',
    version: 1,
    columns: { by: { type: 'integer', name: 'raised_by' } },
  }),
  events: counterEvents,
  keys: (event) => [`${event.streamId}/${event.streamVersion}`],
  on: { 'test.counter.raised': (event) => ({ id: `${event.streamId}/${event.streamVersion}`, by: event.data.by }) },
});

export const raisesByParity = sums<CounterEvent>({
  name: 'test_raises_by_parity',
  version: 1,
  counters: ['raises', 'total'],
  events: counterEvents,
  on: {
    'test.counter.raised': (event) => [
      { group: event.data.by % 2 === 0 ? 'even' : 'odd', add: { raises: 1, total: event.data.by } },
    ],
    'test.counter.poisoned': () => {
      if (bugs.poison) throw new Error('the sum does not like this event');
      return [];
    },
  },
});

export const testing: Silo = {
  name: 'test',
  aggregates: [counterAggregate],
  projections: [counters, raises, raisesByParity],
};
