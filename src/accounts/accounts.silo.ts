import { apiTokens } from '../../projections/accounts/api-tokens/api-tokens.projection.js';
import { namespaces } from '../../projections/accounts/namespaces/namespaces.projection.js';
import { replacedTokens } from '../../projections/accounts/replaced-tokens/replaced-tokens.projection.js';
import { sessions } from '../../projections/accounts/sessions/sessions.projection.js';
import { totals } from '../../projections/accounts/totals/totals.projection.js';
import { users } from '../../projections/accounts/users/users.projection.js';
import type { Silo } from '../core/command/silo.js';
import { apiTokenAggregate } from './api-token/api-token.commands.js';
import { mails } from './mail/index.js';
import { namespaceAggregate } from './namespace/namespace.commands.js';
import { sessionAggregate } from './session/session.commands.js';
import { userAggregate } from './user/user.commands.js';

/** What the silo brings to the write side, to the read models and to the jobs: each aggregate, projection, reactor and task once. */
export const accounts: Silo = {
  name: 'accounts',
  aggregates: [userAggregate, namespaceAggregate, sessionAggregate, apiTokenAggregate],
  projections: [users, namespaces, sessions, replacedTokens, apiTokens, totals],
  reactors: mails.map(({ reactor }) => reactor),
  tasks: mails.map(({ task }) => task),
  blobs: [
    { projection: users, column: 'avatar' },
    { projection: namespaces, column: 'avatar' },
  ],
};
