import type { UserEvent } from './user.events.js';

export type ActiveUser = {
  status: 'active';
  username: string;
  email: string;
  passwordHash: string;
  isOperator: boolean;
};
export type User = { status: 'none' } | ActiveUser | { status: 'erased' };

export const initialState: User = { status: 'none' };

export function evolve(user: User, event: UserEvent): User {
  switch (event.type) {
    case 'accounts.user.registered': {
      const { username, email, passwordHash, isOperator } = event.data;
      return { status: 'active', username, email, passwordHash, isOperator };
    }
    case 'accounts.user.password-changed':
      return user.status === 'active' ? { ...user, passwordHash: event.data.passwordHash } : user;
    case 'accounts.user.sessions-ended':
      return user;
    case 'accounts.user.erased':
      return { status: 'erased' };
  }
}
