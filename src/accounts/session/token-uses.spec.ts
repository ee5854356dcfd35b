import { createTestDatabase, type TestDatabase } from '../../../test/kit/database.js';
import { storedTokenUses, TokenUses } from './token-uses.js';

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
const stored = () => storedTokenUses(database.pool, ['api-token-1', 'session-2', 'api-token-3']);

it('knows at once what it noted, and writes it later, all in one statement', async () => {
  uses.note('api-token-1');
  uses.note('session-2');
  expect([...(await uses.lastUsed(['api-token-1', 'api-token-3'])).keys()]).toEqual(['api-token-1']);
  expect(await stored()).toEqual(new Map());
  await uses.flush();
  expect([...(await stored()).keys()].sort()).toEqual(['api-token-1', 'session-2']);
  expect(await usesOf().lastUsed(['session-2'])).toEqual(await storedTokenUses(database.pool, ['session-2']));
});

it('never goes back, when another process has written a later use', async () => {
  uses.note('api-token-1');
  await database.pool.query(`INSERT INTO store.token_uses VALUES ('api-token-1', '2999-01-01')`);
  await uses.flush();
  expect(await stored()).toEqual(new Map([['api-token-1', new Date('2999-01-01')]]));
});

it('keeps what it could not write, and says so', async () => {
  uses.note('api-token-1');
  await database.pool.query('ALTER TABLE store.token_uses RENAME TO away');
  await uses.flush();
  expect(warnings).toEqual(['the last uses of tokens will be written later']);
  await database.pool.query('ALTER TABLE store.away RENAME TO token_uses');
  uses.note('session-2');
  await uses.flush();
  expect((await stored()).size).toBe(2);
});

it('writes what is left when the application ends', async () => {
  uses.onModuleInit();
  uses.note('api-token-1');
  await uses.onModuleDestroy();
  expect((await stored()).size).toBe(1);
});
