import { createTestDatabase, type TestDatabase } from '../../../test/kit/database.js';
import { DownloadCounts } from './download-counts.js';
import { versionSubject } from './download-counts.table.js';

let database: TestDatabase;
let warnings: string[];
let counts: DownloadCounts;

beforeEach(async () => {
  database = await createTestDatabase();
  warnings = [];
  counts = countsOf();
});

afterEach(() => database.drop());

const countsOf = () =>
  new DownloadCounts(database.pool, { warn: (_: object, message?: string) => warnings.push(message!) });

const bash = 'package-bash';
const python = 'package-python';
const subjects = [bash, python, versionSubject(bash, 1), versionSubject(bash, 2), versionSubject(python, 1)];
const shown = async () =>
  Object.fromEntries((await countsOf().of(subjects)).map(({ subject, downloads }) => [subject, downloads]));

it('counts a download for its version, its package and the month, once it is written', async () => {
  counts.count(bash, 1);
  counts.count(bash, 2);
  counts.count(bash, 2);
  expect(await shown()).toEqual({});
  await counts.flush();
  expect(await shown()).toEqual({ [bash]: 3, [versionSubject(bash, 1)]: 1, [versionSubject(bash, 2)]: 2 });
  await database.pool.query(`INSERT INTO store.download_counts VALUES ('month-1999-12', 7)`);
  expect(await counts.ofThisMonth()).toBe(3);
});

it('adds up what several processes count at once', async () => {
  const processes = Array.from({ length: 4 }, countsOf);
  const versions = Array.from({ length: 300 }, (_, n) => n + 1);
  for (let turn = 0; turn < 5; turn++) {
    for (const [n, process] of processes.entries()) {
      // In different orders, in which rows would be locked if they were not sorted.
      const [first, second] = n % 2 === 0 ? [bash, python] : [python, bash];
      for (const version of versions) process.count(first, version);
      process.count(second, 1);
    }
    await Promise.all(processes.map((process) => process.flush()));
  }
  expect(await shown()).toEqual({
    [bash]: 3010,
    [python]: 3010,
    [versionSubject(bash, 1)]: 20,
    [versionSubject(bash, 2)]: 10,
    [versionSubject(python, 1)]: 20,
  });
  expect(await counts.ofThisMonth()).toBe(6020);
  expect(warnings).toEqual([]);
});

it('loses nothing while the database fails', async () => {
  counts.count(bash, 1);
  await database.pool.query('ALTER TABLE store.download_counts RENAME TO away');
  await counts.flush();
  counts.count(bash, 1);
  await counts.flush();
  expect(warnings).toEqual(Array(2).fill('counts of downloads will be written later'));
  await database.pool.query('ALTER TABLE store.away RENAME TO download_counts');
  counts.count(bash, 1);
  await counts.flush();
  expect(await shown()).toEqual({ [bash]: 3, [versionSubject(bash, 1)]: 3 });
});

it('writes what is left when the application ends', async () => {
  counts.onModuleInit();
  counts.count(python, 1);
  await counts.onModuleDestroy();
  expect(await shown()).toEqual({ [python]: 1, [versionSubject(python, 1)]: 1 });
});
