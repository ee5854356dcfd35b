import { aggregate, decides } from '../../core/command/aggregate.js';
import { command, type CommandMeta } from '../../core/command/command.js';
import { decision, type Decision } from '../../core/command/decision.js';
import type { UserId } from '../user/user.events.js';
import { sessionEvents, type SessionEvent } from './session.events.js';
import { evolve, initialState, type Session } from './session.state.js';

export const sessionLifetimes = { accessSeconds: 24 * 60 * 60, refreshSeconds: 30 * 24 * 60 * 60 };

/** Opens a session for an account whose password was checked at `userVersion`. */
export class OpenSession extends command('OpenSession') {
  constructor(
    readonly streamId: string,
    readonly session: {
      number: number;
      userId: UserId;
      userVersion: number;
      accessTokenHash: string;
      refreshTokenHash: string;
    },
  ) {
    super();
  }
}

/** The account must be as it was when the password was checked: a password changed or an account erased meanwhile opens nothing. */
export function openSession(_: Session, { session }: OpenSession, meta: CommandMeta): Decision<SessionEvent> {
  const { userVersion, ...data } = session;
  return decision<SessionEvent>(
    {
      event: {
        type: 'accounts.session.opened',
        data: {
          ...data,
          accessExpiresAt: secondsAfter(meta.now, sessionLifetimes.accessSeconds),
          refreshExpiresAt: secondsAfter(meta.now, sessionLifetimes.refreshSeconds),
        },
      },
    },
    { require: { streamId: session.userId, version: userVersion } },
  );
}

const secondsAfter = (moment: Date, seconds: number): string =>
  new Date(moment.getTime() + seconds * 1000).toISOString();

export const sessionAggregate = aggregate<Session, SessionEvent>({
  name: 'session',
  events: sessionEvents,
  initialState,
  evolve,
  decisions: [decides(OpenSession, openSession)],
});
