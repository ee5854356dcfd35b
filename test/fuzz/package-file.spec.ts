import { join } from 'node:path';
import { fuzzPackages } from './fuzz-packages.js';

const folder = join(import.meta.dirname, '../package-files');

it('refuses or reads 2,000 spoilt package files, and breaks at none', async () => {
  const report = await fuzzPackages({ seed: 1, cases: 2_000, folder });
  expect(report.failures).toEqual([]);
  // That the cases get somewhere: some are still right, and the others break many different rules.
  expect(report.accepted).toBeGreaterThan(20);
  expect(Object.keys(report.refusals).length).toBeGreaterThan(30);
});

it('makes the same cases of the same seed', async () => {
  const figures = async (seed: number) => {
    const { accepted, refusals } = await fuzzPackages({ seed, cases: 100, folder });
    return { accepted, refusals };
  };
  expect(await figures(7)).toEqual(await figures(7));
  expect(await figures(7)).not.toEqual(await figures(8));
});
