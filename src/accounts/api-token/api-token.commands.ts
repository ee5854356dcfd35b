import { aggregate, decides } from '../../core/command/aggregate.js';
import { command, type CommandMeta } from '../../core/command/command.js';
import { decision, type Decision } from '../../core/command/decision.js';
import { refuse as refuseCaller } from '../../core/errors/core.errors.js';
import { refuse } from '../accounts.errors.js';
import { mayManage } from '../accounts.rights.js';
import type { UserId } from '../user/user.events.js';
import { apiTokenEvents, type ApiTokenEvent } from './api-token.events.js';
import { evolve, initialState, type ApiToken } from './api-token.state.js';

/** The raw token stays with the caller; only its hash comes here. */
export class GenerateApiToken extends command('GenerateApiToken') {
  constructor(
    readonly streamId: string,
    readonly token: { number: number; userId: UserId; identifier: string | null; tokenHash: string },
  ) {
    super();
  }
}

export class RevokeApiToken extends command('RevokeApiToken') {
  constructor(readonly streamId: string) {
    super();
  }
}

/** A stream that is there is another's token: a database that was restored gives numbers a second time. */
export function generateApiToken(state: ApiToken, { token }: GenerateApiToken): Decision<ApiTokenEvent> {
  if (state.status !== 'none') throw refuseCaller('CONFLICT');
  return decision<ApiTokenEvent>(
    { event: { type: 'accounts.api-token.generated', data: token } },
    { require: { streamId: token.userId, version: 'exists' } },
  );
}

/** Who may not revoke it gets the same answer as for one that does not exist. Revoking it again changes nothing. */
export function revokeApiToken(token: ApiToken, _: RevokeApiToken, meta: CommandMeta): Decision<ApiTokenEvent> {
  if (token.status === 'none' || !mayManage(meta.actor, { ownerId: token.userId })) throw refuse('TOKEN_NOT_FOUND');
  return decision<ApiTokenEvent>(
    token.status === 'active' && { event: { type: 'accounts.api-token.revoked', data: {} } },
  );
}

export const apiTokenAggregate = aggregate<ApiToken, ApiTokenEvent>({
  name: 'api-token',
  events: apiTokenEvents,
  initialState,
  evolve,
  decisions: [decides(GenerateApiToken, generateApiToken), decides(RevokeApiToken, revokeApiToken)],
});
