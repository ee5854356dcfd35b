import type { Dispatcher } from '../core/command/dispatcher.js';
import type { Core } from '../core/runtime/core.js';
import { print } from './output.js';
import { systemExecute } from './session.js';
import { accountsOf, randomPassword } from './users.js';

const username = 'operator';

/** Says how to use the account. Called also when the server cannot listen, for the account is made and nobody else knows the password. */
export type Welcome = (publicUrl: string, isListening: boolean) => void;

/**
 * The first start of a database makes the operator's account, before anybody else can write.
 * An empty log is the sign of a first start; the command key lets only one of several processes at once do it.
 * @returns what to say when the server listens or fails to; null at every later start.
 */
export async function makeFirstOperator(core: Core, dispatcher: Dispatcher): Promise<Welcome | null> {
  if ((await core.watermark.safeHead()) > 0) return null;
  const execute = systemExecute(dispatcher, 'first start');
  const accounts = accountsOf({ core });
  const password = randomPassword();
  const account = { username, email: 'operator@localhost.invalid', password, isOperator: true };
  const { userId, repeated } = await accounts.register(account, execute, { clientMutationId: 'first operator' });
  if (repeated) return null;
  const { raw } = await accounts.generateApiToken(userId, 'first start', execute);
  return (publicUrl, isListening) => {
    if (isListening) print(`\nWaybill is ready: ${publicUrl}/graphql`);
    print(welcome(`${publicUrl}/graphql`, password, raw!));
  };
}

function welcome(graphql: string, password: string, token: string): string {
  return `
An operator's account was made. Keep this; it is not shown again.

  user name   ${username}
  password    ${password}

The wasmer command line, logged in as this account:

  wasmer login --registry ${graphql} ${token}

Lost it? npm run -s waybill -- users reset-password ${username}
`;
}
