import { eventTypes } from '../event-store/event-types.js';
import type { Event } from '../event-store/types.js';
import { reactor } from './reactor.js';

const events = eventTypes<Event<'test.thing.happened'>>({ 'test.thing.happened': { version: 1 } });

it.each(['sendMail', 'users_v1', 'Send-Mail', 'S'.repeat(64), 'Ab'])('refuses the name %s', (name) => {
  expect(() => reactor({ name, from: 'now', events, on: {} })).toThrow('is no name for a reactor');
});

it('refuses a handler of an event that is not among its types', () => {
  const on = { 'test.thing.else': () => null } as never;
  expect(() => reactor({ name: 'SendThings', from: 'now', events, on })).toThrow(
    'Reactor SendThings: test.thing.else is not among its event types.',
  );
});
