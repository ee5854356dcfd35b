import { Inject, Injectable } from '@nestjs/common';
import { Attempts } from '../../core/auth/attempts.js';
import { CONFIG, type Config } from '../../core/config/config.js';
import { refuse } from '../accounts.errors.js';
import { AccountsService, type OpenedSession } from '../accounts.service.js';
import { originOf } from '../session/origin.js';
import type { RegisterUserInput } from './user.inputs.js';
import type { Caller } from './user.passwords.js';

/** Accounts that people open themselves, over the API and with the browser. */
@Injectable()
export class Registration {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly accounts: AccountsService,
    private readonly attempts: Attempts,
  ) {}

  get isOpen(): boolean {
    return this.config.registration === 'open';
  }

  /**
   * @returns a session of the new account; null when this repeats an earlier registration.
   * @throws Refusal REGISTRATION_CLOSED, TOO_MANY_ATTEMPTS, NAME_TAKEN, EMAIL_TAKEN, INVALID_NAME, BAD_USER_INPUT
   */
  async open(input: RegisterUserInput, caller: Caller): Promise<OpenedSession | null> {
    if (!this.isOpen) throw refuse('REGISTRATION_CLOSED');
    await this.attempts.count('register', { address: caller.clientAddress });
    const { username, email, password, fullName, intent, acceptedTos } = input;
    const account = { username, email, password, fullName, intent, acceptedTerms: acceptedTos ?? false };
    const { userId, repeated } = await this.accounts.register(account, caller.execute, input);
    return repeated ? null : this.accounts.openSession(userId, caller.execute, originOf(caller));
  }
}
