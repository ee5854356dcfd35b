import pg from 'pg';
import { createTestDatabase, type TestDatabase } from '../../../test/kit/database.js';
import { readPrepared } from './prepared-read.js';

let database: TestDatabase;
/** One connection, so that what one statement leaves behind meets the next. */
let pool: pg.Pool;

beforeAll(async () => {
  database = await createTestDatabase();
  pool = new pg.Pool({ connectionString: database.url, max: 1 });
  pool.on('error', () => undefined);
  await pool.query('CREATE TABLE public.things (id integer PRIMARY KEY, name text)');
  await pool.query(`INSERT INTO public.things SELECT n, 'thing ' || n FROM generate_series(1, 20) n`);
});

afterAll(async () => {
  await pool.end();
  await database.drop();
});

const byId = { name: 'things.by_id', text: 'SELECT id, name FROM public.things WHERE id = $1' };
const some = {
  name: 'things.some',
  text: 'SELECT name, id AS number FROM public.things WHERE id = ANY($1) ORDER BY id',
};

it('gives what the driver gives, for parameters and columns of all types, each time', async () => {
  const text = `SELECT $1::text AS text, $2::integer AS integer, $3::bigint AS bigint, $4::boolean AS boolean,
    $5::timestamptz AS moment, $6::bytea AS bytes, $7::text[] AS list, $8::jsonb AS json, $9::text AS nothing, 1.5::float8 AS float`;
  const moment = new Date('2026-01-09T13:46:00.123Z');
  const values = [
    'ä "x"',
    7,
    '9007199254740993',
    false,
    moment,
    Buffer.from([0, 255]),
    ['a,b', 'c"d'],
    { a: [1] },
    null,
  ];
  const { rows } = await pool.query(text, values);
  for (let n = 0; n < 3; n++) expect(await readPrepared(pool, { name: 'types', text }, values)).toEqual(rows);
});

it('knows the columns of each statement, also when they take turns', async () => {
  for (let n = 1; n <= 3; n++) {
    expect(await readPrepared(pool, byId, [n])).toEqual([{ id: n, name: `thing ${n}` }]);
    expect(await readPrepared(pool, some, [[n, n + 1]])).toEqual([
      { name: `thing ${n}`, number: n },
      { name: `thing ${n + 1}`, number: n + 1 },
    ]);
    expect(await readPrepared(pool, byId, [0])).toEqual([]);
  }
});

it('goes on under another name when the table has changed below it', async () => {
  await readPrepared(pool, byId, [1]);
  await pool.query('ALTER TABLE public.things ALTER name TYPE varchar(80), ALTER id TYPE bigint');
  expect(await readPrepared(pool, byId, [1])).toEqual([{ id: '1', name: 'thing 1' }]);
  expect(await readPrepared(pool, byId, [2])).toEqual([{ id: '2', name: 'thing 2' }]);
});

it.each([
  ['SELECT nothing_like_this', [], '42703'],
  ['SELECT 1 / $1::integer AS n', [0], '22012'],
])('hands on what Postgres says of %s, and the next statement works', async (text, values, code) => {
  const statement = { name: `failing.${code}`, text };
  for (let n = 0; n < 2; n++) await expect(readPrepared(pool, statement, values)).rejects.toMatchObject({ code });
  expect(await readPrepared(pool, some, [[3]])).toEqual([{ name: 'thing 3', number: '3' }]);
});

it('fails when the connection breaks, and the next statement gets another', async () => {
  const end = { name: 'end', text: 'SELECT pg_terminate_backend(pg_backend_pid()) AS ended' };
  await expect(readPrepared(pool, end, [])).rejects.toThrow();
  expect(await readPrepared(pool, some, [[4]])).toEqual([{ name: 'thing 4', number: '4' }]);
});

it('refuses two texts under one name, which only a mistake can make', async () => {
  await readPrepared(pool, some, [[1]]);
  const other = { ...some, text: 'SELECT 1 AS one' };
  await expect(readPrepared(pool, other, [])).rejects.toThrow('The statement things.some has two texts.');
});
