import pg from 'pg';
import { Ownership, type Liveness } from '../../src/core/projection/ownership.js';
import { createTestDatabase, type TestDatabase } from '../kit/database.js';
import { eventually } from '../kit/eventually.js';

let database: TestDatabase;
let clients: pg.Client[];

beforeEach(async () => {
  database = await createTestDatabase();
  clients = [];
});

afterEach(async () => {
  for (const client of clients) await client.end();
  await database.drop();
});

/** One process as the others see it: a row that it renews, and a connection that stands while it lives. */
async function join(projections: string[], leaseMs = 60_000) {
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  clients.push(client);
  const backend = async (): Promise<Liveness> =>
    (
      await client.query(
        `SELECT pid, backend_start::text AS "startedAt" FROM pg_stat_activity WHERE pid = pg_backend_pid()`,
      )
    ).rows[0];
  const liveness = await backend();
  const ownership = new Ownership(database.pool, 8, leaseMs);
  let wanted: number[] | null = null;
  const want = (partitions: number[] | null) => void (wanted = partitions);
  const renew = async (as: Liveness = liveness) => {
    const { places, liveProcesses } = await ownership.renew(as, projections, wanted);
    const counts = projections.map((name) => places.filter(({ projection }) => projection === name).length);
    return { places: places.map(({ projection, partition }) => `${projection}/${partition}`), counts, liveProcesses };
  };
  const die = async () => {
    await client.end();
    clients = clients.filter((other) => other !== client);
    await eventually(async () => {
      expect((await database.pool.query('SELECT FROM pg_stat_activity WHERE pid = $1', [liveness.pid])).rowCount).toBe(
        0,
      );
    });
  };
  return { ownership, renew, want, die, liveness };
}

/** Renews all in turn until nobody's share changes, and checks that no place has two owners. */
async function settle(processes: { renew(): Promise<{ places: string[]; counts: number[] }> }[]) {
  let counts: number[][] = [];
  for (let round = 0; round < 3; round++) {
    const results = [];
    for (const process of processes) results.push(await process.renew());
    if (round === 2) {
      const places = results.flatMap((result) => result.places);
      expect(new Set(places).size).toBe(places.length);
    }
    counts = results.map((result) => result.counts);
  }
  return counts;
}

it('shares fairly, and leaves nothing to whoever is one too many', async () => {
  const processes = [];
  for (const expected of [[8], [4, 4], [3, 3, 2], [2, 2, 2, 2]]) {
    processes.push(await join(['a_v1']));
    expect((await settle(processes)).flat()).toEqual(expected);
  }
  while (processes.length < 10) processes.push(await join(['a_v1']));
  expect((await settle(processes)).flat().sort()).toEqual([0, 0, 1, 1, 1, 1, 1, 1, 1, 1]);
});

it('gives each program all partitions of what it alone runs, and a share of what others run, too', async () => {
  const old = await join(['same_v1', 'table_v1']);
  expect(await settle([old])).toEqual([[8, 8]]);
  const fresh = await join(['same_v1', 'table_v2']);
  expect(await settle([old, fresh])).toEqual([
    [4, 8],
    [4, 8],
  ]);
  await old.ownership.release();
  expect(await settle([fresh])).toEqual([[8, 8]]);
  const none = await join([]);
  expect(await settle([fresh, none])).toEqual([[8, 8], []]);
});

it('takes over from a process whose connection is gone, though its lease runs', async () => {
  const [first, second] = [await join(['a_v1']), await join(['a_v1'])];
  expect(await settle([first, second])).toEqual([[4], [4]]);
  await second.die();
  expect(await first.renew()).toMatchObject({ counts: [8], liveProcesses: 1 });
});

it('takes over from a frozen process when its lease has run out, though its connection stands', async () => {
  const [first, frozen] = [await join(['a_v1']), await join(['a_v1'], 50)];
  await first.renew();
  await frozen.renew();
  await eventually(async () => expect(await first.renew()).toMatchObject({ counts: [8], liveProcesses: 1 }));
  // It wakes up, and gets its share in time.
  await frozen.renew();
  expect(await first.renew()).toMatchObject({ counts: [4], liveProcesses: 2 });
});

it('is not deceived by a backend pid that was given to another connection', async () => {
  const [first, second] = [await join(['a_v1']), await join(['a_v1'])];
  await first.renew();
  await second.renew({ ...second.liveness, startedAt: '2001-01-01 00:00:00+00' });
  expect(await first.renew()).toMatchObject({ counts: [8], liveProcesses: 1 });
});

it('keeps its share over a new listener connection', async () => {
  const [first, second] = [await join(['a_v1']), await join(['a_v1'])];
  await settle([first, second]);
  const other = await join(['a_v1']);
  const { places } = await second.renew(other.liveness);
  await second.die();
  expect(places).toHaveLength(4);
  expect(await first.renew()).toMatchObject({ counts: [4], liveProcesses: 2 });
});
