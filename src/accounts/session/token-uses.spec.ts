import { createTestDatabase, type TestDatabase } from '../../../test/kit/database.js';
import { TokenUses } from './token-uses.js';
import { deleteOldSessionUses, storedTokenUses, type TokenUse } from './token-uses.table.js';

let database: TestDatabase;
let warnings: string[];
let uses: TokenUses;

beforeEach(async () => {
  database = await createTestDatabase();
  warnings = [];
  uses = usesOf();
});

afterEach(() => database.drop());

const usesOf = () => new TokenUses(database.pool, { warn: (_: object, message?: string) => warnings.push(message!) });
const all = ['api-token-1', 'session-2', 'api-token-3'];
const stored = () => storedTokenUses(database.pool, all);
const idsOf = (list: TokenUse[]) => list.map(({ tokenId }) => tokenId).sort();

it('knows at once what it noted, and writes it later, all in one statement', async () => {
  uses.note('api-token-1');
  uses.note('session-2');
  expect(idsOf(await uses.lastUsed(['api-token-1', 'api-token-3']))).toEqual(['api-token-1']);
  expect(await stored()).toEqual([]);
  await uses.flush();
  expect(idsOf(await stored())).toEqual(['api-token-1', 'session-2']);
  expect(await usesOf().lastUsed(all)).toEqual(await stored());
  const [before] = await storedTokenUses(database.pool, ['session-2']);
  uses.note('session-2');
  const after = await uses.lastUsed(all);
  expect(idsOf(after)).toEqual(['api-token-1', 'session-2']);
  expect(after.at(-1)!.lastUsedAt.getTime()).toBeGreaterThanOrEqual(before!.lastUsedAt.getTime());
});

it('never goes back, when another process has written a later use', async () => {
  uses.note('api-token-1');
  await database.pool.query(`INSERT INTO store.token_uses VALUES ('api-token-1', '2999-01-01')`);
  await uses.flush();
  expect(await stored()).toEqual([{ tokenId: 'api-token-1', lastUsedAt: new Date('2999-01-01') }]);
});

it('keeps what it could not write, and says so', async () => {
  uses.note('api-token-1');
  await database.pool.query('ALTER TABLE store.token_uses RENAME TO away');
  await uses.flush();
  expect(warnings).toEqual(['the last uses of tokens will be written later']);
  await database.pool.query('ALTER TABLE store.away RENAME TO token_uses');
  uses.note('session-2');
  await uses.flush();
  expect(idsOf(await stored())).toEqual(['api-token-1', 'session-2']);
});

it('writes what is left when the application ends', async () => {
  uses.onModuleInit();
  uses.note('api-token-1');
  await uses.onModuleDestroy();
  expect(idsOf(await stored())).toEqual(['api-token-1']);
});

it('forgets uses of sessions that are long over, and no use of an API token', async () => {
  await database.pool.query(
    `INSERT INTO store.token_uses SELECT id, now() - make_interval(days => days) FROM (VALUES
       ('api-token-1', 400), ('session-2', 61), ('session-3', 59)) AS old (id, days)`,
  );
  expect(await deleteOldSessionUses(database.pool)).toBe(1);
  const left = await storedTokenUses(database.pool, ['api-token-1', 'session-2', 'session-3']);
  expect(idsOf(left)).toEqual(['api-token-1', 'session-3']);
});
