import { Injectable } from '@nestjs/common';
import { apiTokens } from '../../../projections/accounts/api-tokens/api-tokens.projection.js';
import { sessions } from '../../../projections/accounts/sessions/sessions.projection.js';
import { users } from '../../../projections/accounts/users/users.projection.js';
import { hashToken, parseToken, type TokenKind } from '../../core/auth/tokens.js';
import { refuse } from '../../core/errors/core.errors.js';
import type { Actor } from '../../core/event-store/types.js';
import type { Authenticator } from '../../core/graphql/context.js';
import { tableName } from '../../core/projection/ddl.js';
import { Reader } from '../../core/read/reader.js';

type Credential = { tokenId: string; userId: string; isOperator: boolean };

/** Who a bearer token speaks for. One statement by an index; a token with a wrong checksum costs none. */
@Injectable()
export class Authentication implements Authenticator {
  constructor(private readonly reader: Reader) {}

  /** @throws Refusal UNAUTHENTICATED for a token that is unknown, expired or ended, or whose account is erased. */
  async authenticate(bearer: string): Promise<Actor> {
    const parsed = parseToken(bearer);
    if (!parsed) throw refuse('UNAUTHENTICATED');
    const found = await this.reader.queryOne<Credential>(`authenticate.${parsed.kind}`, statements[parsed.kind], [
      hashToken(bearer),
    ]);
    if (!found) throw refuse('UNAUTHENTICATED');
    return { kind: 'user', ...found };
  }
}

// A parked stream may hold a revocation that its read model has not seen: its credentials are refused.
const notParked = `NOT EXISTS (
  SELECT FROM store.parked_streams p
  WHERE (p.projection = '${users.versionedName}' AND p.stream_id = t.user_id)
     OR (p.projection IN ('${apiTokens.versionedName}', '${sessions.versionedName}') AND p.stream_id = t.id))`;

const credential = (table: string, condition: string): string => `
  SELECT t.id AS "tokenId", t.user_id AS "userId", u.is_operator AS "isOperator"
  FROM ${table} t JOIN ${tableName(users)} u ON u.id = t.user_id
  WHERE ${condition} AND NOT u.is_erased AND ${notParked}`;

const goesOn = `(t.opened_position > u.sessions_ended_at
  OR t.id = u.kept_session_id AND t.opened_position > u.kept_opened_after)`;

const session = (hash: string, expiry: string): string =>
  credential(tableName(sessions), `t.${hash} = $1 AND t.${expiry} > now() AND ${goesOn}`);

const statements: Record<TokenKind, string> = {
  api: credential(tableName(apiTokens), 't.token_hash = $1'),
  session: session('access_token_hash', 'access_expires_at'),
  // Clients that keep only the refresh token send it as their bearer.
  refresh: session('refresh_token_hash', 'refresh_expires_at'),
};
