import type { SessionEvent } from './session.events.js';

export type Session = { status: 'none' } | { status: 'open' };

export const initialState: Session = { status: 'none' };

export function evolve(_: Session, event: SessionEvent): Session {
  switch (event.type) {
    case 'accounts.session.opened':
      return { status: 'open' };
  }
}
