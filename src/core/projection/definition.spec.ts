import { eventTypes } from '../event-store/event-types.js';
import type { Event } from '../event-store/types.js';
import { projection, readTable, sums } from './index.js';

type ThingEvent = Event<'test.thing.happened', { owner: string }>;
type Row = { id: string; owner: string };

const events = eventTypes<ThingEvent>({ 'test.thing.happened': { version: 1 } });
const rows = (name: string, column = 'owner') =>
  projection<Row, ThingEvent>({
    table: readTable<Row>({
      name,
      version: 1,
      columns: { owner: { type: 'text', name: column } },
      indices: [{ columns: ['owner'] }],
    }),
    events,
    on: { 'test.thing.happened': (event) => ({ id: event.streamId, owner: event.data.owner }) },
  });

it('refuses names that Postgres would cut, for two tables or indexes would become one', () => {
  expect(() => rows('a'.repeat(43))).not.toThrow();
  expect(() => rows('a'.repeat(44))).toThrow('has more than 46 bytes');
  expect(() => rows('things', 'c'.repeat(53))).not.toThrow();
  expect(() => rows('things', 'c'.repeat(55))).toThrow('has more than 63 bytes');
  expect(() => sums({ name: 'b'.repeat(60), version: 1, counters: ['n'], events, on: {} })).toThrow(
    'has more than 46 bytes',
  );
});

it('refuses an index whose name another one has, for it would not be made', () => {
  const indexed = (...indices: Parameters<typeof readTable<Row>>[0]['indices'] & object) =>
    projection<Row, ThingEvent>({
      table: readTable<Row>({ name: 'things', version: 1, columns: { owner: { type: 'text' } }, indices }),
      events,
      on: {},
    });
  const byExpression = (name: string) => ({ name, expression: 'lower(owner)' });
  expect(() => indexed({ columns: ['owner'] }, byExpression('lower'))).not.toThrow();
  for (const name of ['owner', 'pkey', 'stream_id'])
    expect(() => indexed({ columns: ['owner'] }, byExpression(name))).toThrow(`things_v1_${name} is taken`);
  expect(() => indexed(byExpression('n'.repeat(54)))).toThrow('has more than 63 bytes');
});

it('refuses a handler of an event that is not among its types', () => {
  const on = { 'test.thing.else': () => [] } as never;
  expect(() => sums({ name: 'things', version: 1, counters: ['n'], events, on })).toThrow(
    'test.thing.else is not among its event types',
  );
});
