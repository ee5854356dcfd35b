import { accounts } from '../../../src/accounts/accounts.silo.js';
import { AccountsService } from '../../../src/accounts/accounts.service.js';
import { Authentication } from '../../../src/accounts/session/authentication.js';
import { TokenUses } from '../../../src/accounts/session/token-uses.js';
import { EndSessions } from '../../../src/accounts/user/user.commands.js';
import type { Execute } from '../../../src/core/command/dispatcher.js';
import { createTestDatabase, type TestDatabase } from '../../kit/database.js';
import { startInstance, system, type TestInstance } from '../../kit/instance.js';

let database: TestDatabase;
let instance: TestInstance;
let service: AccountsService;
let execute: Execute;
let userId: string;

type Opened = { sessionId: string; token: string };

beforeAll(async () => {
  database = await createTestDatabase();
  instance = await startInstance(database.url, [accounts]);
  execute = instance.executeAs(system);
  service = new AccountsService(instance.core.store, instance.core.reader);
  const account = { username: 'ada', email: 'ada@example.com', password: 'correct horse battery' };
  ({ userId } = await service.register(account, execute));
});

afterAll(async () => {
  await instance.stop();
  await database.drop();
});

async function open(): Promise<Opened> {
  const { accessToken } = await service.openSession(userId, execute, { userAgent: null, address: null });
  const { tokenId } = (await authenticate(accessToken)) as { tokenId: string };
  return { sessionId: tokenId, token: accessToken };
}
const uses = () => new TokenUses(instance.core.pool, { warn: () => undefined });
const authenticate = (token: string) => new Authentication(instance.core.readModel, uses()).authenticate(token);
const isOver = ({ token }: Opened) =>
  authenticate(token).then(
    () => false,
    () => true,
  );
const end = (kept: Opened | null) => execute(new EndSessions(userId, kept?.sessionId ?? null));
const over = (...sessions: Opened[]) => Promise.all(sessions.map(isOver));

it('ends all sessions but the kept one, also twice, and lets new ones in', async () => {
  const [kept, other] = [await open(), await open()];
  await end(kept);
  expect(await over(kept, other)).toEqual([false, true]);
  const later = await open();
  await end(kept);
  expect(await over(kept, other, later)).toEqual([false, true, true]);
  await end(null);
  expect(await over(kept)).toEqual([true]);
});

it('revives nothing: a session that was over when it was to be kept stays over', async () => {
  const [first, second] = [await open(), await open()];
  await end(null);
  await end(first);
  expect(await over(first, second)).toEqual([true, true]);
  const third = await open();
  await end(third);
  await end(second);
  expect(await over(first, second, third)).toEqual([true, true, true]);
});
