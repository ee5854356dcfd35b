import { Inject, Injectable } from '@nestjs/common';
import { SuccessorTokens } from '../../core/auth/successor-tokens.js';
import { hashToken, parseToken } from '../../core/auth/tokens.js';
import type { Execute } from '../../core/command/dispatcher.js';
import { StreamReader } from '../../core/command/stream-reader.js';
import { refuse } from '../accounts.errors.js';
import { EndSessions } from '../user/user.commands.js';
import { EndSession, LogOut, RefreshSession, sessionAggregate, type Origin } from './session.commands.js';
import { SessionQueries, type FoundSession, type ListedSession } from './session.queries.js';
import { TokenUses } from './token-uses.js';

export type SessionInfo = ListedSession & Origin & { lastUsedAt: Date | null };

export type RefreshedSession = {
  username: string;
  accessToken: string;
  refreshToken: string;
  openedAt: Date;
  accessExpiresAt: Date;
  refreshExpiresAt: Date;
};

/** What happens to sessions after they were opened. Ids are stream ids. */
@Injectable()
export class SessionsService {
  constructor(
    private readonly reader: StreamReader,
    private readonly sessions: SessionQueries,
    private readonly successors: SuccessorTokens,
    @Inject(TokenUses) private readonly uses: Pick<TokenUses, 'lastUsed'>,
  ) {}

  /**
   * New tokens for a refresh token. A repeat within a minute gives the same ones; a token that was replaced longer ago ends its session.
   * @throws Refusal INVALID_TOKEN
   */
  async refresh(refreshToken: string, execute: Execute): Promise<RefreshedSession> {
    const { id, username, stands } = await this.byRefreshToken(refreshToken);
    if (!stands) throw refuse('INVALID_TOKEN');
    const next = this.successors.of(refreshToken);
    const hashes = { accessTokenHash: hexHash(next.accessToken), refreshTokenHash: hexHash(next.refreshToken) };
    const { types } = await execute(new RefreshSession(id, hexHash(refreshToken), hashes));
    if (types.includes('accounts.session.ended')) throw refuse('INVALID_TOKEN');
    const { openedAt, accessExpiresAt, refreshExpiresAt } = (await this.sessions.byId(id))!;
    return { username, ...next, openedAt, accessExpiresAt, refreshExpiresAt };
  }

  /**
   * Ends the session of a refresh token, also of one that was replaced. Repeating it changes nothing.
   * @returns when it ended
   * @throws Refusal INVALID_TOKEN
   */
  async logOut(refreshToken: string, execute: Execute): Promise<Date> {
    const { id, stands, endedAt } = await this.byRefreshToken(refreshToken);
    if (endedAt) return endedAt;
    if (!stands) throw refuse('INVALID_TOKEN');
    await execute(new LogOut(id));
    return (await this.sessions.byId(id))!.endedAt!;
  }

  /** Those that are open, the newest first, at most `mostListedSessions`. Where they came from is read from the log: it is personal. */
  async list(userId: string): Promise<SessionInfo[]> {
    const open = await this.sessions.openOf(userId);
    const ids = open.map(({ id }) => id);
    const [opened, uses] = await Promise.all([this.reader.readFirst(sessionAggregate, ids), this.uses.lastUsed(ids)]);
    return open.map((session) => {
      const event = opened.get(session.id);
      const origin = event?.type === 'accounts.session.opened' ? event.data : null;
      return {
        ...session,
        userAgent: origin?.userAgent ?? null,
        address: origin?.address ?? null,
        lastUsedAt: uses.find(({ tokenId }) => tokenId === session.id)?.lastUsedAt ?? null,
      };
    });
  }

  /** @throws Refusal SESSION_NOT_FOUND, also for one that the caller may not end and for what is no id. Ending it again changes nothing. */
  async end(sessionId: string, execute: Execute): Promise<void> {
    if (!/^session-\d{1,16}$/.test(sessionId)) throw refuse('SESSION_NOT_FOUND');
    await execute(new EndSession(sessionId));
  }

  /** Ends all sessions of an account but one. @throws Refusal USER_NOT_FOUND */
  async endAll(userId: string, exceptSessionId: string | null, execute: Execute): Promise<void> {
    await execute(new EndSessions(userId, exceptSessionId));
  }

  private async byRefreshToken(refreshToken: string): Promise<FoundSession> {
    const found =
      parseToken(refreshToken)?.kind === 'refresh' && (await this.sessions.byToken(hashToken(refreshToken)));
    if (!found) throw refuse('INVALID_TOKEN');
    return found;
  }
}

const hexHash = (token: string): string => hashToken(token).toString('hex');
