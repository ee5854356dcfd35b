import type { UserId } from '../user/user.events.js';
import type { SessionEvent } from './session.events.js';

export type ActiveSession = {
  status: 'open';
  userId: UserId;
  refreshTokenHash: string;
  refreshExpiresAt: string;
  /** The refresh token before the present one; null before the first refresh. */
  replaced: { tokenHash: string; repeatableUntil: string } | null;
};
export type Session = { status: 'none' } | ActiveSession | { status: 'ended'; userId: UserId };

export const initialState: Session = { status: 'none' };

/** Leaves the sealed fields alone: snapshots hold this state. */
export function evolve(session: Session, event: SessionEvent): Session {
  if (event.type === 'accounts.session.opened') {
    const { userId, refreshTokenHash, refreshExpiresAt } = event.data;
    return { status: 'open', userId, refreshTokenHash, refreshExpiresAt, replaced: null };
  }
  if (session.status !== 'open') return session;
  switch (event.type) {
    case 'accounts.session.refreshed': {
      const { refreshTokenHash, refreshExpiresAt, replacedTokenHash, repeatableUntil } = event.data;
      const replaced = { tokenHash: replacedTokenHash, repeatableUntil };
      return { ...session, refreshTokenHash, refreshExpiresAt, replaced };
    }
    case 'accounts.session.ended':
      return { status: 'ended', userId: session.userId };
  }
}
