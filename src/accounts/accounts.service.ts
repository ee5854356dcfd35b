import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { hashPassword } from '../core/auth/passwords.js';
import { passwordProblem } from '../core/auth/password-quality.js';
import { hashToken, newToken } from '../core/auth/tokens.js';
import { streamIdOf } from '../core/command/aggregate.js';
import type { Execute } from '../core/command/dispatcher.js';
import { StreamReader } from '../core/command/stream-reader.js';
import { refuse as refuseInput } from '../core/errors/core.errors.js';
import { EventStore } from '../core/event-store/event-store.js';
import { refuse } from './accounts.errors.js';
import { GenerateApiToken } from './api-token/api-token.commands.js';
import { OpenSession, sessionLifetimes, type Origin } from './session/session.commands.js';
import { EraseUser, RegisterUser, userAggregate } from './user/user.commands.js';
import { SetPassword } from './user/user.password.commands.js';

export type NewAccount = {
  username: string;
  email: string;
  password: string;
  fullName?: string | null;
  acceptedTerms?: boolean;
  intent?: string | null;
  isOperator?: boolean;
};

export type OpenedSession = {
  accessToken: string;
  refreshToken: string;
  accessExpiresAt: number;
  refreshExpiresAt: number;
  openedAt: number;
};

/** What accounts need besides their pure decisions: hashing, tokens, numbers. Used by the API and by the operator's commands alike. */
@Injectable()
export class AccountsService {
  constructor(
    private readonly store: EventStore,
    private readonly reader: StreamReader,
  ) {}

  /** @returns the account's stream id, and whether this repeats an earlier call with the same clientMutationId. */
  async register(
    account: NewAccount,
    execute: Execute,
    input?: object,
  ): Promise<{ userId: string; repeated: boolean }> {
    assertGoodPassword(account.password, account);
    const [number, passwordHash] = await Promise.all([this.store.drawNumber('User'), hashPassword(account.password)]);
    const registration = {
      number,
      username: account.username,
      email: account.email,
      fullName: account.fullName ?? '',
      passwordHash,
      isOperator: account.isOperator ?? false,
      acceptedTerms: account.acceptedTerms ?? false,
      intent: account.intent ?? null,
    };
    const executed = await execute(new RegisterUser(streamIdOf('user', number), registration, randomUUID()), input);
    return { userId: executed.streamId, repeated: executed.outcome === 'repeated' };
  }

  /** Opens a session for an account that has just proved itself otherwise. */
  async openSession(userId: string, execute: Execute, origin: Origin): Promise<OpenedSession> {
    const { head } = await this.reader.load(userAggregate, userId);
    return this.openSessionAt(userId, head.version, execute, origin);
  }

  /** @returns the token's stream id, and its secret unless this repeats an earlier call. */
  async generateApiToken(
    userId: string,
    identifier: string | null,
    execute: Execute,
    input?: object,
  ): Promise<{ tokenId: string; raw: string | null }> {
    const raw = newToken('api');
    const number = await this.store.drawNumber('APIToken');
    const token = { number, userId, identifier, tokenHash: hashToken(raw).toString('hex') };
    const executed = await execute(new GenerateApiToken(streamIdOf('api-token', number), token), input);
    return { tokenId: executed.streamId, raw: executed.outcome === 'repeated' ? null : raw };
  }

  /** Sets a password without knowing the old one, and ends all sessions: the way back for who lost it. */
  async resetPassword(userId: string, password: string, execute: Execute): Promise<void> {
    const { state } = await this.reader.load(userAggregate, userId);
    if (state.status !== 'active') throw refuse('USER_NOT_FOUND');
    assertGoodPassword(password, state);
    await execute(new SetPassword(userId, await hashPassword(password)));
  }

  async erase(userId: string, execute: Execute): Promise<void> {
    await execute(new EraseUser(userId));
  }

  /** Opens a session for an account that proved itself at this version of its stream. @throws Refusal CONFLICT when it changed meanwhile. */
  async openSessionAt(userId: string, userVersion: number, execute: Execute, origin: Origin): Promise<OpenedSession> {
    const number = await this.store.drawNumber('Session');
    const accessToken = newToken('session');
    const refreshToken = newToken('refresh');
    const open = new OpenSession(streamIdOf('session', number), {
      number,
      userId,
      userVersion,
      accessTokenHash: hashToken(accessToken).toString('hex'),
      refreshTokenHash: hashToken(refreshToken).toString('hex'),
      ...origin,
    });
    await execute(open);
    const openedAt = Math.floor(open.dispatch.meta.now.getTime() / 1000);
    return {
      accessToken,
      refreshToken,
      openedAt,
      accessExpiresAt: openedAt + sessionLifetimes.accessSeconds,
      refreshExpiresAt: openedAt + sessionLifetimes.refreshSeconds,
    };
  }
}

/** @throws Refusal BAD_USER_INPUT for a password that is too easy to guess for this account. */
export function assertGoodPassword(password: string, account: { username: string; email: string }): void {
  const problem = passwordProblem(password, account);
  if (problem)
    throw refuseInput(
      'BAD_USER_INPUT',
      { field: 'password', rule: problem },
      `The password cannot be used: ${problem}.`,
    );
}
