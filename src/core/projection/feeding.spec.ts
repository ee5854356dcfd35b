import { Feeding } from './feeding.js';

let now: number;
let feeding: Feeding;
beforeEach(() => {
  now = 1000;
  feeding = new Feeding(500, () => now);
  feeding.assign([1, 2]);
});

it('trusts the conveyor with what is assigned, and with nothing else', () => {
  expect([0, 1, 2].map((partition) => feeding.isConveyed(partition))).toEqual([false, true, true]);
  expect(feeding.wanted).toEqual([1, 2]);
  feeding.assign([2, 3]);
  expect([1, 2, 3].map((partition) => feeding.isConveyed(partition))).toEqual([false, true, true]);
  feeding.assign(null);
  expect([feeding.wanted, feeding.isConveyed(2)]).toEqual([null, false]);
});

it('finds a partition late only when the same event has been missing for long enough', () => {
  expect(feeding.isLate(1, 10, 5)).toBe(false);
  now += 400;
  expect(feeding.isLate(1, 20, 10)).toBe(false);
  now += 400;
  expect(feeding.isLate(1, 20, 15)).toBe(false);
  now += 100;
  expect(feeding.isLate(1, 30, 15)).toBe(true);
});

it('goes back to the conveyor when that brings in time what the store has brought', () => {
  feeding.giveUp(1);
  expect(feeding.isConveyed(1)).toBe(false);
  feeding.read(1, 10);
  now += 600;
  feeding.read(1, 11);
  feeding.brought(1, 9);
  feeding.brought(1, 10);
  expect(feeding.isConveyed(1)).toBe(false);
  feeding.read(1, 12);
  now += 20;
  feeding.brought(1, 12);
  expect(feeding.isConveyed(1)).toBe(true);
});

it('keeps what it knows of a partition that stays', () => {
  feeding.giveUp(1);
  feeding.assign([1, 2]);
  expect(feeding.isConveyed(1)).toBe(false);
});
