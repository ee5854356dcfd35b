import { randomBytes } from 'node:crypto';
import type { Command } from 'commander';
import { AccountsService } from '../accounts/accounts.service.js';
import { GenerateAPITokenInput } from '../accounts/api-token/api-token.inputs.js';
import { SessionQueries } from '../accounts/session/session.queries.js';
import { SessionsService, type SessionInfo } from '../accounts/session/sessions.service.js';
import { storedTokenUses } from '../accounts/session/token-uses.table.js';
import { foldedName } from '../accounts/owner-name.js';
import { userAggregate } from '../accounts/user/user.commands.js';
import { RegisterUserInput } from '../accounts/user/user.inputs.js';
import type { ActiveUser } from '../accounts/user/user.state.js';
import { findUserByName } from '../accounts/user/user.lookup.js';
import { forgetAttempts } from '../core/auth/attempts.js';
import { checkedInput } from '../core/graphql/validation.js';
import { CommandFailure, exitCodes } from './exit.js';
import { print, printFacts, printRows, type OutputOptions } from './output.js';
import { withSession, type Session } from './session.js';

type CreateOptions = OutputOptions & { email: string; password?: string; fullName?: string; operator?: boolean };

export function addUserCommands(program: Command): void {
  const users = program.command('users').description('open accounts and help those who lost theirs');

  users
    .command('create')
    .description('open an account, also while registration is closed')
    .argument('<username>')
    .requiredOption('--email <address>')
    .option('--password <text>', 'default: a random one, printed once')
    .option('--full-name <name>')
    .option('--operator', 'may manage everything on this instance')
    .option('--json', 'print JSON')
    .action((username: string, options: CreateOptions) => withSession((session) => create(session, username, options)));

  users
    .command('reset-password')
    .description('set a new password and end all sessions')
    .argument('<username>')
    .option('--password <text>', 'default: a random one, printed once')
    .option('--json', 'print JSON')
    .action((username: string, options: OutputOptions & { password?: string }) =>
      withSession(async (session) => {
        const { userId } = await accountOf(session, username);
        const password = options.password ?? randomPassword();
        await accountsOf(session).resetPassword(userId, password, session.executeAs('users reset-password'));
        printFacts({ username, ...(options.password ? {} : { password }) }, options);
      }),
    );

  users
    .command('unlock')
    .description('forget the tries of an account, so that its owner can log in at once')
    .argument('<username>')
    .action((username: string) =>
      withSession(async (session) => {
        await forgetAttempts(session.pool, session.core.attemptKeys, await triersOf(session, username));
        print(`${username} can log in again.`);
      }),
    );

  users
    .command('token')
    .description('make an API token for an account; printed once')
    .argument('<username>')
    .option('--name <text>', 'what the token is called', 'made by the operator')
    .option('--json', 'print JSON')
    .action((username: string, options: OutputOptions & { name: string }) =>
      withSession(async (session) => {
        const { userId } = await accountOf(session, username);
        const { identifier } = await checkedInput(GenerateAPITokenInput, { identifier: options.name });
        const execute = session.executeAs('users token');
        const { raw } = await accountsOf(session).generateApiToken(userId, identifier!, execute);
        printFacts({ username, token: raw }, options);
      }),
    );

  users
    .command('sessions')
    .description('list the open sessions of an account, the newest first')
    .argument('<username>')
    .option('--json', 'print JSON')
    .action((username: string, options: OutputOptions) =>
      withSession(async (session) => {
        const { userId } = await accountOf(session, username);
        const rows = await sessionsOf(session).list(userId);
        printRows(rows, sessionColumns, `${username} has no open session.`, options);
      }),
    );

  users
    .command('end-sessions')
    .description('end all sessions of an account; API tokens stay')
    .argument('<username>')
    .action((username: string) =>
      withSession(async (session) => {
        const { userId } = await accountOf(session, username);
        await sessionsOf(session).endAll(userId, null, session.executeAs('users end-sessions'));
        print(`The sessions of ${username} are ended.`);
      }),
    );

  users
    .command('erase')
    .description('destroy the personal data of an account for ever; its name stays taken')
    .argument('<username>')
    .requiredOption('--yes', 'there is no way back')
    .action((username: string) =>
      withSession(async (session) => {
        await accountsOf(session).erase(await userIdOf(session, username), session.executeAs('users erase'));
        print(`${username} is erased.`);
      }),
    );
}

const sessionColumns: Record<string, (session: SessionInfo) => string | Date | null> = {
  session: ({ id }) => id,
  opened: ({ openedAt }) => openedAt,
  'last used': ({ lastUsedAt }) => lastUsedAt,
  expires: ({ expiresAt }) => expiresAt,
  address: ({ address }) => address,
  'user agent': ({ userAgent }) => userAgent,
};

async function create(session: Session, username: string, options: CreateOptions): Promise<void> {
  const { email, fullName, operator: isOperator } = options;
  const password = options.password ?? randomPassword();
  // The rules of the API: an address without a form, above all, could neither log in nor get a mail.
  const input = await checkedInput(RegisterUserInput, { username, email, password, fullName });
  await accountsOf(session).register({ ...input, isOperator }, session.executeAs('users create'));
  printFacts({ username, email, ...(options.password ? {} : { password }) }, options);
}

/** The id of an account, also of an erased one. By the claim on the name, not by a read model: it holds also while no server applies events. */
async function userIdOf(session: Session, username: string): Promise<string> {
  return (await findUserByName(session.core.store, username)) ?? unknown(username);
}

async function accountOf(session: Session, username: string): Promise<{ userId: string; account: ActiveUser }> {
  const userId = await userIdOf(session, username);
  const { state } = await session.core.reader.load(userAggregate, userId);
  return state.status === 'active' ? { userId, account: state } : unknown(username);
}

function unknown(username: string): never {
  throw new CommandFailure(`There is no user ${username}.`, exitCodes.notFound);
}

/** All that the tries of an account may be counted under. */
async function triersOf(session: Session, username: string): Promise<string[]> {
  const { userId, account } = await accountOf(session, username);
  return [userId, foldedName(account.username), foldedName(account.email)];
}

export function accountsOf({ core }: Pick<Session, 'core'>): AccountsService {
  return new AccountsService(core.store, core.reader);
}

function sessionsOf({ core, pool }: Session): SessionsService {
  const uses = { lastUsed: (ids: readonly string[]) => storedTokenUses(pool, ids) };
  return new SessionsService(core.reader, new SessionQueries(core.readModel), core.successorTokens, uses);
}

/** 20 characters of base64url: 120 bits. */
export const randomPassword = (): string => randomBytes(15).toString('base64url');
