import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { Attempts, type Attempt } from '../../core/auth/attempts.js';
import { LinkTokens } from '../../core/auth/link-token.js';
import { hashPassword, needsRehash, rehashPassword, verifyPassword } from '../../core/auth/passwords.js';
import { streamIdOf } from '../../core/command/aggregate.js';
import type { Execute } from '../../core/command/dispatcher.js';
import type { Executed } from '../../core/command/executor.js';
import { StreamReader, type LoadedAggregate } from '../../core/command/stream-reader.js';
import { Refusal } from '../../core/errors/refusal.js';
import type { Ctx } from '../../core/graphql/context.js';
import { refuse } from '../accounts.errors.js';
import { AccountsService, assertGoodPassword, type OpenedSession } from '../accounts.service.js';
import { foldedName } from '../owner-name.js';
import { originOf } from '../session/origin.js';
import { isOpen } from './user.challenges.js';
import { userAggregate } from './user.commands.js';
import type { UserId } from './user.events.js';
import { ChangePassword, RequestPasswordReset, ResetPassword } from './user.password.commands.js';
import { UserQueries } from './user.queries.js';
import type { User } from './user.state.js';

/** Who is at the other end of the line; a resolver's context is one. */
export type Caller = { execute: Execute; clientAddress: string; userAgent: string | undefined };

/** No account has the number 0: its stream is empty. */
const nobody = streamIdOf('user', 0);

/**
 * A wrong password is answered no sooner than this. The hash costs everybody the same, but the stream of an account that is there takes
 * half a millisecond to read and open, which enough tries would show.
 */
const refusedAfterMs = 50;

/** All that takes a password from a caller. Tries are counted before a password is hashed. */
@Injectable()
export class UserPasswords {
  constructor(
    private readonly attempts: Attempts,
    private readonly accounts: AccountsService,
    private readonly users: UserQueries,
    private readonly reader: StreamReader,
    private readonly links: LinkTokens,
  ) {}

  /**
   * Logs in by user name or e-mail address. An unknown account and a wrong password get the same words after the same work, and the
   * same limits: tries are counted by what was typed, for counting by account would tell which address belongs to which name.
   * @throws Refusal INVALID_CREDENTIALS, TOO_MANY_ATTEMPTS
   */
  async login(login: string, password: string, caller: Caller): Promise<OpenedSession & { username: string }> {
    const trier = { account: foldedName(login), address: caller.clientAddress };
    const attempt = await this.attempts.count('login', trier);
    const earliestRefusal = delay(refusedAfterMs);
    const row = await this.users.byLogin(login);
    const user = await this.reader.load(userAggregate, row?.id ?? nobody);
    if (!(await tried(attempt, user.state, password))) {
      await earliestRefusal;
      throw refuse('INVALID_CREDENTIALS');
    }
    return this.enter(user, password, caller);
  }

  /** Whether it is the account's password. @throws Refusal TOO_MANY_ATTEMPTS */
  async fits(userId: UserId, password: string): Promise<boolean> {
    const attempt = await this.attempts.count('password', { account: userId });
    const { state } = await this.reader.load(userAggregate, userId);
    return tried(attempt, state, password);
  }

  /**
   * Changes the password of who knows the old one, and ends all sessions.
   * @returns a new session; null when this repeats a command that went through
   * @throws Refusal INVALID_CREDENTIALS, TOO_MANY_ATTEMPTS, BAD_USER_INPUT
   */
  async change(
    userId: UserId,
    passwords: { old: string; new: string },
    caller: Caller,
    input: object,
  ): Promise<OpenedSession | null> {
    const { state } = await this.reader.load(userAggregate, userId);
    if (state.status !== 'active') throw refuse('USER_NOT_FOUND');
    assertGoodPassword(passwords.new, state);
    const change = (await this.fits(userId, passwords.old))
      ? { from: state.passwordHash, to: await hashPassword(passwords.new), endsSessions: true }
      : null;
    return this.openAfter(await caller.execute(new ChangePassword(userId, change), input), caller);
  }

  /**
   * Sets a password by a link that came by mail, and ends all sessions.
   * @returns a new session; null when this repeats a command that went through
   * @throws Refusal LINK_INVALID, BAD_USER_INPUT
   */
  async reset(token: string, password: string, caller: Caller, input: object): Promise<OpenedSession | null> {
    const link = this.links.parse('password-reset', token);
    if (!link) throw refuse('LINK_INVALID');
    const userId = streamIdOf('user', link.number);
    const { state } = await this.reader.load(userAggregate, userId);
    if (state.status !== 'active') throw refuse('LINK_INVALID');
    assertGoodPassword(password, state);
    const reset = new ResetPassword(userId, link.challengeId, await hashPassword(password));
    return this.openAfter(await caller.execute(reset, input), caller);
  }

  /** The account that a reset link is good for right now; null for any other text. */
  async accountOfLink(token: string): Promise<UserId | null> {
    const link = this.links.parse('password-reset', token);
    if (!link) return null;
    const userId = streamIdOf('user', link.number);
    const { state } = await this.reader.load(userAggregate, userId);
    return isOpen(state, 'password-reset', link.challengeId, new Date()) ? userId : null;
  }

  /**
   * Has a reset link sent if there is such an account. The caller learns nothing of it, not even by the time that it takes: what only
   * happens for an account is not waited for, and its failure is only logged. Whoever gets no mail asks again.
   * @throws Refusal TOO_MANY_ATTEMPTS, by the address as typed
   */
  async requestReset(email: string, { execute, clientAddress, log }: Caller & Pick<Ctx, 'log'>): Promise<void> {
    await this.attempts.count('password-reset', { account: foldedName(email), address: clientAddress });
    const row = await this.users.byEmail(email);
    if (!row) return;
    void execute(new RequestPasswordReset(row.id, randomUUID())).catch((error: unknown) =>
      log.error({ err: error }, 'a password reset was asked for and not recorded'),
    );
  }

  /**
   * Opens a session for the account whose password fitted. When it changed meanwhile, above all since another login hashed the same password
   * anew, it is looked at again.
   */
  private async enter(
    { state, head }: LoadedAggregate<User>,
    password: string,
    caller: Caller,
    lookAgain = 2,
  ): Promise<OpenedSession & { username: string }> {
    if (state.status !== 'active') throw refuse('INVALID_CREDENTIALS');
    try {
      const version = needsRehash(state.passwordHash)
        ? await this.hashAnew(head.streamId, state.passwordHash, password, caller)
        : head.version;
      const session = await this.accounts.openSessionAt(head.streamId, version, caller.execute, originOf(caller));
      return { ...session, username: state.username };
    } catch (error) {
      if (lookAgain === 0 || !hasChanged(error)) throw error;
      const changed = await this.reader.load(userAggregate, head.streamId);
      if (!(await verifyPassword(passwordHashOf(changed.state), password))) throw refuse('INVALID_CREDENTIALS');
      return this.enter(changed, password, caller, lookAgain - 1);
    }
  }

  private async openAfter({ outcome, streamId, version }: Executed, caller: Caller): Promise<OpenedSession | null> {
    if (outcome === 'repeated') return null;
    return this.accounts.openSessionAt(streamId, version, caller.execute, originOf(caller));
  }

  private async hashAnew(userId: UserId, from: string, password: string, { execute }: Caller): Promise<number> {
    const change = { from, to: await rehashPassword(password), endsSessions: false };
    return (await execute(new ChangePassword(userId, change))).version;
  }
}

/** Without an account no password fits, after as much work. */
const passwordHashOf = (user: User): string => (user.status === 'active' ? user.passwordHash : '');

/** The account is not at the version that was looked at, or its password hash is another. */
const hasChanged = (error: unknown): boolean =>
  error instanceof Refusal && ['CONFLICT', 'INVALID_CREDENTIALS'].includes(error.code);

/**
 * Whether the password fits. Only a wrong one stays counted: a try that fits is given
 * back, and so is one that nobody looked at, since too many hashes were under way.
 */
async function tried(attempt: Attempt, user: User, password: string): Promise<boolean> {
  let isWrong = false;
  try {
    const fits = await verifyPassword(passwordHashOf(user), password);
    isWrong = !fits;
    return fits;
  } finally {
    if (!isWrong) await attempt.giveBack();
  }
}
