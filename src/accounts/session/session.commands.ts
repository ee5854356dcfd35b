import { aggregate, decides } from '../../core/command/aggregate.js';
import { command, type CommandMeta } from '../../core/command/command.js';
import { decision, type Decision, type Fact } from '../../core/command/decision.js';
import { refuse as refuseCaller } from '../../core/errors/core.errors.js';
import { refuse } from '../accounts.errors.js';
import { mayManage } from '../accounts.rights.js';
import type { UserId } from '../user/user.events.js';
import { sessionEvents, type EndReason, type SessionEvent, type SessionTokens } from './session.events.js';
import { evolve, initialState, type ActiveSession, type Session } from './session.state.js';

export const sessionLifetimes = {
  accessSeconds: 24 * 60 * 60,
  refreshSeconds: 30 * 24 * 60 * 60,
  /** How long a refresh may be repeated with the token that it replaced. */
  repeatSeconds: 60,
};

type TokenHashes = { accessTokenHash: string; refreshTokenHash: string };

/** Where a session is opened from, as far as that is known. Personal data. */
export type Origin = { userAgent: string | null; address: string | null };

/** Opens a session for an account whose password was checked at `userVersion`. */
export class OpenSession extends command('OpenSession') {
  constructor(
    readonly streamId: string,
    readonly session: { number: number; userId: UserId; userVersion: number } & TokenHashes & Origin,
  ) {
    super();
  }
}

/** Replaces both tokens. `presentedHash` is of a refresh token that this session has, or once had. */
export class RefreshSession extends command('RefreshSession') {
  constructor(
    readonly streamId: string,
    readonly presentedHash: string,
    readonly next: TokenHashes,
  ) {
    super();
  }
}

/** Ends the session whose refresh token the caller has shown: no other right is needed. */
export class LogOut extends command('LogOut') {
  constructor(readonly streamId: string) {
    super();
  }
}

/** Ends a session by its id, as its account or an operator may. */
export class EndSession extends command('EndSession') {
  constructor(
    readonly streamId: string,
    readonly reason: EndReason = 'ended',
  ) {
    super();
  }
}

/** The account must be as it was when the password was checked: a password changed or an account erased meanwhile opens nothing. */
/** A stream that is there is another's session: a database that was restored gives numbers a second time. */
export function openSession(state: Session, { session }: OpenSession, meta: CommandMeta): Decision<SessionEvent> {
  if (state.status !== 'none') throw refuseCaller('CONFLICT');
  const { userVersion, ...opened } = session;
  return decision<SessionEvent>(
    { event: { type: 'accounts.session.opened', data: { ...opened, ...expiries(meta.now) } } },
    { require: { streamId: session.userId, version: userVersion } },
  );
}

/**
 * The tokens that follow a refresh token are always the same, so a repeat with the replaced token changes nothing and its caller has the
 * right ones: the answer was lost, or two tabs asked at once. After a minute, or with a still older token, two parties hold what one
 * should, and nobody can tell which of them stole it: the session ends.
 */
export function refreshSession(
  session: Session,
  { presentedHash, next }: RefreshSession,
  meta: CommandMeta,
): Decision<SessionEvent> {
  if (session.status !== 'open' || isPast(session.refreshExpiresAt, meta.now)) throw refuse('INVALID_TOKEN');
  if (presentedHash === session.refreshTokenHash)
    return decision<SessionEvent>(refreshed(presentedHash, next, meta.now));
  return decision<SessionEvent>(!isRepeat(session, presentedHash, meta.now) && ended('token-reused'));
}

export function logOut(session: Session): Decision<SessionEvent> {
  return decision<SessionEvent>(session.status === 'open' && ended('logged-out'));
}

/** Who may not end it gets the same answer as for one that does not exist. Ending it again changes nothing. */
export function endSession(session: Session, { reason }: EndSession, meta: CommandMeta): Decision<SessionEvent> {
  if (session.status === 'none' || !mayManage(meta.actor, { ownerId: session.userId })) {
    throw refuse('SESSION_NOT_FOUND');
  }
  return decision<SessionEvent>(session.status === 'open' && ended(reason));
}

function refreshed(replacedTokenHash: string, next: TokenHashes, now: Date): Fact<SessionEvent> {
  const repeatableUntil = secondsAfter(now, sessionLifetimes.repeatSeconds);
  const data = { ...next, ...expiries(now), replacedTokenHash, repeatableUntil };
  return { event: { type: 'accounts.session.refreshed', data } };
}

const ended = (reason: EndReason): Fact<SessionEvent> => ({
  event: { type: 'accounts.session.ended', data: { reason } },
});

function isRepeat({ replaced }: ActiveSession, presentedHash: string, now: Date): boolean {
  return replaced?.tokenHash === presentedHash && !isPast(replaced.repeatableUntil, now);
}

function expiries(now: Date): Pick<SessionTokens, 'accessExpiresAt' | 'refreshExpiresAt'> {
  return {
    accessExpiresAt: secondsAfter(now, sessionLifetimes.accessSeconds),
    refreshExpiresAt: secondsAfter(now, sessionLifetimes.refreshSeconds),
  };
}

const isPast = (moment: string, now: Date): boolean => new Date(moment) <= now;

const secondsAfter = (moment: Date, seconds: number): string =>
  new Date(moment.getTime() + seconds * 1000).toISOString();

export const sessionAggregate = aggregate<Session, SessionEvent>({
  name: 'session',
  events: sessionEvents,
  initialState,
  evolve,
  decisions: [
    decides(OpenSession, openSession),
    decides(RefreshSession, refreshSession),
    decides(LogOut, logOut),
    decides(EndSession, endSession),
  ],
  // A client may refresh every hour for years.
  snapshot: { stateVersion: 1, everyEvents: 100, stateHoldsNothingSealed: true },
});
