import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Attempts } from '../../core/auth/attempts.js';
import { LinkTokens } from '../../core/auth/link-token.js';
import { streamIdOf } from '../../core/command/aggregate.js';
import type { Execute } from '../../core/command/dispatcher.js';
import { refuse } from '../accounts.errors.js';
import { RequestEmailValidation, ValidateEmail } from './user.email.commands.js';
import type { UserId } from './user.events.js';

/** The proof that an address is its account's: a link that is sent there. Over the API and with the browser. */
@Injectable()
export class UserEmails {
  constructor(
    private readonly attempts: Attempts,
    private readonly links: LinkTokens,
  ) {}

  /** Has such a link sent; those before it are no good any more. @throws Refusal TOO_MANY_ATTEMPTS, USER_NOT_FOUND */
  async requestValidation(userId: UserId, execute: Execute, input?: object): Promise<void> {
    await this.attempts.count('email-validation', { account: userId });
    await execute(new RequestEmailValidation(userId, randomUUID()), input);
  }

  /**
   * @param number of the account that the link must be for, when the caller says so
   * @returns whose address is proved now
   * @throws Refusal LINK_INVALID
   */
  async validate(challenge: string, execute: Execute, input?: object, number?: number): Promise<UserId> {
    const link = this.links.parse('email-validation', challenge);
    if (!link || (number !== undefined && number !== link.number)) throw refuse('LINK_INVALID', { field: 'challenge' });
    const userId = streamIdOf('user', link.number);
    await execute(new ValidateEmail(userId, link.challengeId), input);
    return userId;
  }
}
