import { paced, type Sample } from './projections-status.js';

const sample = (at: number, lagEvents: number, seen: number): Sample => ({
  at,
  rows: [{ projection: 'things_v1', lagEvents, seen } as Sample['rows'][number]],
});

it.each([
  ['nothing at the first look', null, sample(0, 100, 0), { perSecond: null, secondsLeft: null }],
  ['a catch-up', sample(0, 1000, 0), sample(2000, 600, 500), { perSecond: 250, secondsLeft: 3 }],
  ['one that falls behind', sample(0, 100, 0), sample(1000, 200, 50), { perSecond: 50, secondsLeft: null }],
  ['one that is at the end', sample(0, 0, 0), sample(1000, 0, 50), { perSecond: 50, secondsLeft: null }],
  ['one that was set back', sample(0, 0, 50), sample(1000, 50, 0), { perSecond: 0, secondsLeft: null }],
])('%s', (_, before, now, expected) => {
  expect(paced(now, before)[0]).toMatchObject(expected);
});
