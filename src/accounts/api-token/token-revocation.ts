import { Injectable } from '@nestjs/common';
import { hashToken, parseToken } from '../../core/auth/tokens.js';
import { streamIdOf } from '../../core/command/aggregate.js';
import type { Execute } from '../../core/command/dispatcher.js';
import { refuse as refuseInput } from '../../core/errors/core.errors.js';
import type { Actor } from '../../core/event-store/types.js';
import { decodeId } from '../../core/ids/global-id.js';
import { refuse } from '../accounts.errors.js';
import { mayManage } from '../accounts.rights.js';
import { EndSession } from '../session/session.commands.js';
import { SessionQueries } from '../session/session.queries.js';
import { RevokeApiToken } from './api-token.commands.js';
import { ApiTokenQueries } from './api-token.queries.js';
import type { RevokeAPITokenInput } from './api-token.inputs.js';

/** Revokes whatever a client holds: an API token, or a session by one of its tokens. */
@Injectable()
export class TokenRevocation {
  constructor(
    private readonly tokens: ApiTokenQueries,
    private readonly sessions: SessionQueries,
  ) {}

  /**
   * Revoking again changes nothing.
   * @returns the stream id of the API token; null when a session was ended
   * @throws Refusal TOKEN_NOT_FOUND, also for what the caller may not revoke; BAD_USER_INPUT, INVALID_ID
   */
  async revoke(input: RevokeAPITokenInput, actor: Actor, execute: Execute): Promise<string | null> {
    const { token, tokenId } = input;
    if ((token === undefined) === (tokenId === undefined)) throw oneOfBoth();
    if (token === undefined) {
      return revokeApiToken(streamIdOf('api-token', decodeId('APIToken', tokenId!, 'tokenId')), input, execute);
    }
    const kind = parseToken(token)?.kind;
    if (kind === 'session' || kind === 'refresh') return this.endSession(token, input, actor, execute);
    const found = kind === 'api' ? await this.tokens.byHash(hashToken(token)) : null;
    if (!found) throw refuse('TOKEN_NOT_FOUND', { field: 'token' });
    return revokeApiToken(found.id, input, execute);
  }

  private async endSession(token: string, input: RevokeAPITokenInput, actor: Actor, execute: Execute): Promise<null> {
    const session = await this.sessions.byToken(hashToken(token));
    if (!session || !mayManage(actor, { ownerId: session.userId })) throw refuse('TOKEN_NOT_FOUND', { field: 'token' });
    await execute(new EndSession(session.id, 'logged-out'), input);
    return null;
  }
}

async function revokeApiToken(tokenId: string, input: RevokeAPITokenInput, execute: Execute): Promise<string> {
  return (await execute(new RevokeApiToken(tokenId), input)).streamId;
}

const oneOfBoth = (): Error =>
  refuseInput('BAD_USER_INPUT', { field: 'token', rule: 'one of token and tokenId' }, 'Give either token or tokenId.');
