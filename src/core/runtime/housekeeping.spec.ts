import { jest } from '@jest/globals';
import { startHousekeeping } from './housekeeping.js';

const minutes = 60 * 1000;
const log = { info: jest.fn(), warn: jest.fn() };

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

it('does every chore a minute after the start and then hourly, also when one fails, until it is ended', async () => {
  const done: string[] = [];
  const chore = (what: string) => ({ what, work: async () => done.push(what) });
  const broken = { what: 'broken', work: () => Promise.reject(new Error('no')) };
  const end = startHousekeeping([chore('nonces'), broken, chore('attempts')], log as never);
  await jest.advanceTimersByTimeAsync(0.5 * minutes);
  expect(done).toEqual([]);
  await jest.advanceTimersByTimeAsync(minutes);
  expect(done).toEqual(['nonces', 'attempts']);
  await jest.advanceTimersByTimeAsync(120 * minutes);
  expect(done).toHaveLength(6);
  expect(log.warn).toHaveBeenCalledTimes(3);
  end();
  await jest.advanceTimersByTimeAsync(120 * minutes);
  expect(done).toHaveLength(6);
});
