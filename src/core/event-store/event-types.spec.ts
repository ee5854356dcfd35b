import { eventTypes, upcast } from './event-types.js';
import type { Event } from './types.js';

type Renamed = Event<'thing.renamed', { name: string; previousName: string; reason: string }>;

const types = eventTypes<Renamed>({
  'thing.renamed': {
    version: 3,
    upcast: {
      1: (old) => ({ ...old, previousName: '' }),
      2: (old) => ({ ...old, reason: `was ${JSON.stringify(old.previousName)}` }),
    },
  },
});

describe('event types', () => {
  it('applies each step in turn, and none to the newest', () => {
    expect(upcast(types, 'thing.renamed', 1, { name: 'b' })).toEqual({ name: 'b', previousName: '', reason: 'was ""' });
    expect(upcast(types, 'thing.renamed', 2, { name: 'b', previousName: 'a' })).toEqual({
      name: 'b',
      previousName: 'a',
      reason: 'was "a"',
    });
    const newest = { name: 'b', previousName: 'a', reason: '' };
    expect(upcast(types, 'thing.renamed', 3, newest)).toBe(newest);
  });

  it('refuses to be declared with a missing step, by name', () => {
    expect(() => eventTypes<Renamed>({ 'thing.renamed': { version: 3, upcast: { 1: (old) => old } } })).toThrow(
      'thing.renamed: no upcast from schema version 2 to 3.',
    );
  });

  it('refuses what it cannot know: an unknown type, a version of the future', () => {
    expect(() => upcast(types, 'thing.lost', 1, {})).toThrow('Unknown event type thing.lost.');
    expect(() => upcast(types, 'thing.renamed', 4, {})).toThrow(
      'thing.renamed has schema version 4; this Waybill knows 3.',
    );
  });
});
