import { Injectable } from '@nestjs/common';
import { apiTokens } from '../../../projections/accounts/api-tokens/api-tokens.projection.js';
import { sessions } from '../../../projections/accounts/sessions/sessions.projection.js';
import { hashToken, parseToken, type TokenKind } from '../../core/auth/tokens.js';
import { refuse } from '../../core/errors/core.errors.js';
import type { Actor } from '../../core/event-store/types.js';
import type { Authenticator } from '../../core/graphql/context.js';
import { tableName } from '../../core/projection/ddl.js';
import { Reader } from '../../core/read/reader.js';
import { TokenUses } from './token-uses.js';
import { apiTokenStands, sessionStands, withAccount } from './credentials.sql.js';

/** A valid token: whose it is, and since and until when it holds. An API token holds without end. */
export type Credential = {
  tokenId: string;
  userId: string;
  isOperator: boolean;
  username: string;
  issuedAt: Date;
  expiresAt: Date | null;
};

/** Who a token speaks for. One statement by an index; a token with a wrong checksum costs none. */
@Injectable()
export class Authentication implements Authenticator {
  constructor(
    private readonly reader: Reader,
    private readonly uses: TokenUses,
  ) {}

  /** @throws Refusal UNAUTHENTICATED for a token that is unknown, expired or ended, or whose account is erased. */
  async authenticate(bearer: string): Promise<Actor> {
    const found = await this.find(bearer);
    if (!found) throw refuse('UNAUTHENTICATED');
    const { tokenId, userId, isOperator } = found;
    this.uses.note(tokenId);
    return { kind: 'user', userId, isOperator, tokenId };
  }

  /** The credential behind a token of any kind, or null when the token is not valid. Does not count as a use. */
  async find(token: string): Promise<Credential | null> {
    const kind = parseToken(token)?.kind;
    const statement = kind && statements[kind];
    if (!statement) return null;
    const [found] = await this.reader.query<Credential>(`credential.${kind}`, statement, [hashToken(token)]);
    return found ?? null;
  }
}

const credential = (table: string, issuedAt: string, expiresAt: string, condition: string): string => `
  SELECT t.id AS "tokenId", t.user_id AS "userId", u.is_operator AS "isOperator", u.username,
    ${issuedAt} AS "issuedAt", ${expiresAt} AS "expiresAt"
  FROM ${table} t ${withAccount} WHERE ${condition}`;

const session = (hash: string, expiry: string): string =>
  credential(
    tableName(sessions),
    't.opened_at',
    `t.${expiry}`,
    `t.${hash} = $1 AND t.${expiry} > now() AND ${sessionStands}`,
  );

/** A nonce's secret is no credential. */
const statements: Partial<Record<TokenKind, string>> = {
  api: credential(tableName(apiTokens), 't.created_at', 'NULL::timestamptz', `t.token_hash = $1 AND ${apiTokenStands}`),
  session: session('access_token_hash', 'access_expires_at'),
  // Clients that keep only the refresh token send it as their bearer.
  refresh: session('refresh_token_hash', 'refresh_expires_at'),
};
