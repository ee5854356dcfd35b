import { decider } from '../../../test/kit/given.js';
import {
  EndSession,
  endSession,
  LogOut,
  logOut,
  OpenSession,
  openSession,
  RefreshSession,
  refreshSession,
  sessionAggregate,
} from './session.commands.js';
import type { EndReason, SessionEvent } from './session.events.js';

const { given } = decider(sessionAggregate);
const id = 'session-3';
const opening = {
  number: 3,
  userId: 'user-1',
  userAgent: 'cli',
  address: '192.0.2.7',
  accessTokenHash: 'access 0',
  refreshTokenHash: 'refresh 0',
};
const opened: SessionEvent = {
  type: 'accounts.session.opened',
  data: {
    ...opening,
    accessExpiresAt: '2026-01-10T13:46:00.000Z',
    refreshExpiresAt: '2026-02-08T13:46:00.000Z',
  },
};
/** The nth refresh, at the usual moment of these tests, 13:46:00. */
const refreshed = (n: number): SessionEvent => ({
  type: 'accounts.session.refreshed',
  data: {
    accessTokenHash: `access ${n}`,
    refreshTokenHash: `refresh ${n}`,
    accessExpiresAt: '2026-01-10T13:46:00.000Z',
    refreshExpiresAt: '2026-02-08T13:46:00.000Z',
    replacedTokenHash: `refresh ${n - 1}`,
    repeatableUntil: '2026-01-09T13:47:00.000Z',
  },
});
const ended = (reason: EndReason): SessionEvent => ({ type: 'accounts.session.ended', data: { reason } });
/** With the token of the nth refresh. */
const refresh = (n: number) =>
  new RefreshSession(id, `refresh ${n}`, {
    accessTokenHash: `access ${n + 1}`,
    refreshTokenHash: `refresh ${n + 1}`,
  });
const at = (now: string) => ({ now: new Date(now) });
const actor = (userId: string, isOperator = false) => ({
  actor: { kind: 'user' as const, userId, isOperator, tokenId: 'session-9' },
});

describe('openSession', () => {
  it('records tokens, their ends and the origin, if the account is as it was when the password was checked', () => {
    given()
      .when(openSession, new OpenSession(id, { ...opening, userVersion: 4 }))
      .then([opened])
      .requires([{ streamId: 'user-1', version: 4 }]);
  });

  it('opens no session in the place of another', () => {
    given(opened)
      .when(openSession, new OpenSession(id, { ...opening, userVersion: 4 }))
      .refuses('CONFLICT');
  });
});

describe('refreshSession', () => {
  it('replaces both tokens, for another day and thirty days', () => {
    given(opened)
      .when(refreshSession, refresh(0))
      .then([refreshed(1)]);
    given(opened, refreshed(1))
      .when(refreshSession, refresh(1))
      .then([refreshed(2)]);
  });

  it('changes nothing when it is repeated within a minute', () => {
    given(opened, refreshed(1)).when(refreshSession, refresh(0)).then([]);
    given(opened, refreshed(1)).when(refreshSession, refresh(0), at('2026-01-09T13:46:59.999Z')).then([]);
  });

  it('ends the session when the replaced token comes back later', () => {
    given(opened, refreshed(1))
      .when(refreshSession, refresh(0), at('2026-01-09T13:47:00.000Z'))
      .then([ended('token-reused')]);
  });

  it('ends the session when a still older token comes back, however soon', () => {
    given(opened, refreshed(1), refreshed(2))
      .when(refreshSession, refresh(0))
      .then([ended('token-reused')]);
  });

  it('refuses an expired token, and does not end the session for it', () => {
    given(opened).when(refreshSession, refresh(0), at('2026-02-08T13:46:00.000Z')).refuses('INVALID_TOKEN');
  });

  it('refuses a session that is over or never was', () => {
    given(opened, ended('ended')).when(refreshSession, refresh(0)).refuses('INVALID_TOKEN');
    given().when(refreshSession, refresh(0)).refuses('INVALID_TOKEN');
  });
});

describe('logOut', () => {
  it('ends an open session, once, whoever asks', () => {
    const anonymous = { actor: { kind: 'anonymous' as const } };
    given(opened)
      .when(logOut, new LogOut(id), anonymous)
      .then([ended('logged-out')]);
    given(opened, ended('ended')).when(logOut, new LogOut(id), anonymous).then([]);
    given().when(logOut, new LogOut(id), anonymous).then([]);
  });
});

describe('endSession', () => {
  it('is for the account itself, an operator and the system', () => {
    for (const who of [
      actor('user-1'),
      actor('user-2', true),
      { actor: { kind: 'system' as const, name: 'users end-sessions' } },
    ]) {
      given(opened, refreshed(1))
        .when(endSession, new EndSession(id), who)
        .then([ended('ended')]);
    }
  });

  it('answers others as if it did not exist', () => {
    for (const who of [actor('user-2'), { actor: { kind: 'anonymous' as const } }]) {
      given(opened).when(endSession, new EndSession(id), who).refuses('SESSION_NOT_FOUND');
      given(opened, ended('ended')).when(endSession, new EndSession(id), who).refuses('SESSION_NOT_FOUND');
    }
    given().when(endSession, new EndSession(id)).refuses('SESSION_NOT_FOUND');
  });

  it('changes nothing the second time', () => {
    given(opened, ended('logged-out')).when(endSession, new EndSession(id)).then([]);
  });
});

it('keeps a state that holds nothing sealed, so that it may be kept as a snapshot', () => {
  const state = JSON.stringify([opened, refreshed(1)].reduce(sessionAggregate.evolve, sessionAggregate.initialState));
  expect(state).toContain('user-1');
  expect(state).not.toContain(opening.address);
  expect(state).not.toContain(opening.userAgent);
});
