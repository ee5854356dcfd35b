import { Injectable } from '@nestjs/common';
import { replacedTokens } from '../../../projections/accounts/replaced-tokens/replaced-tokens.projection.js';
import { sessionRows, sessions, type SessionRow } from '../../../projections/accounts/sessions/sessions.projection.js';
import { tableName } from '../../core/projection/ddl.js';
import { Reader } from '../../core/read/reader.js';
import { sessionStands, withAccount } from './credentials.sql.js';

export type FoundSession = { id: string; userId: string; username: string; endedAt: Date | null; stands: boolean };

/** A session, without where it came from. */
export type ListedSession = { id: string; openedAt: Date; expiresAt: Date };

const byId = { name: 'by_id', where: 'WHERE id = $1' };

/** By any token that the session has, and by the refresh tokens that it once had. */
const byToken = `
  SELECT t.id, t.user_id AS "userId", u.username, t.ended_at AS "endedAt", (${sessionStands}) AS stands
  FROM (
    SELECT id FROM ${tableName(sessions)} WHERE access_token_hash = $1
    UNION ALL SELECT id FROM ${tableName(sessions)} WHERE refresh_token_hash = $1
    UNION ALL SELECT id FROM ${tableName(sessions)} WHERE replaced_token_hash = $1
    UNION ALL SELECT session_id FROM ${tableName(replacedTokens)} WHERE id = encode($1, 'hex')
  ) found JOIN ${tableName(sessions)} t ON t.id = found.id ${withAccount} LIMIT 1`;

/** More are hardly ever open at once; the older ones show when newer ones are ended. */
export const mostListedSessions = 100;

const openOf = `
  SELECT t.id, t.opened_at AS "openedAt", t.refresh_expires_at AS "expiresAt"
  FROM ${tableName(sessions)} t ${withAccount}
  WHERE t.user_id = $1 AND t.refresh_expires_at > now() AND ${sessionStands}
  ORDER BY t.opened_position DESC LIMIT ${mostListedSessions}`;

@Injectable()
export class SessionQueries {
  constructor(private readonly reader: Reader) {}

  byId(id: string): Promise<SessionRow | null> {
    return this.reader.one(sessionRows, byId, [id]);
  }

  async byToken(tokenHash: Buffer): Promise<FoundSession | null> {
    const [found] = await this.reader.query<FoundSession>('sessions.by_token', byToken, [tokenHash]);
    return found ?? null;
  }

  /** The newest first. */
  openOf(userId: string): Promise<ListedSession[]> {
    return this.reader.query<ListedSession>('sessions.open_of', openOf, [userId]);
  }
}
