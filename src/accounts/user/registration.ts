import { Inject, Injectable } from '@nestjs/common';
import type { Execute } from '../../core/command/dispatcher.js';
import { CONFIG, type Config } from '../../core/config/config.js';
import { refuse } from '../accounts.errors.js';
import { AccountsService, type OpenedSession } from '../accounts.service.js';
import type { Origin } from '../session/session.commands.js';
import type { RegisterUserInput } from './user.inputs.js';

/** Accounts that people open themselves, over the API and with the browser. */
@Injectable()
export class Registration {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly accounts: AccountsService,
  ) {}

  /**
   * @returns a session of the new account; null when this repeats an earlier registration.
   * @throws Refusal REGISTRATION_CLOSED, NAME_TAKEN, EMAIL_TAKEN, INVALID_NAME, BAD_USER_INPUT
   */
  async open(
    input: RegisterUserInput,
    origin: Origin,
    execute: Execute,
  ): Promise<{ userId: string; session: OpenedSession | null }> {
    if (this.config.registration === 'closed') throw refuse('REGISTRATION_CLOSED');
    const { username, email, password, fullName, intent, acceptedTos } = input;
    const account = { username, email, password, fullName, intent, acceptedTerms: acceptedTos ?? false };
    const { userId, repeated } = await this.accounts.register(account, execute, input);
    return { userId, session: repeated ? null : await this.accounts.openSession(userId, execute, origin) };
  }
}
