import type { Recorded } from '../../core/event-store/types.js';
import type { Reactor } from '../../core/reactor/reactor.js';
import { emailChanged } from './email-changed.mail.js';
import { emailValidation } from './email-validation.mail.js';
import { passwordChanged } from './password-changed.mail.js';
import { passwordReset } from './password-reset.mail.js';
import { moment, serviceName } from './words.js';

/** What the reactor makes of an event of user 7 at position 12. */
function reaction({ reactor }: { reactor: Reactor }, type: string, data: object) {
  const at = new Date('2026-11-25T04:50:00Z');
  return reactor.on[type]!({ type, data, streamId: 'user-7', position: 12, occurredAt: at } as unknown as Recorded);
}

const challengeId = '0b7cf4c1-3a4e-4c7e-9d3c-0123456789ab';
const challenge = (purpose: string) => ({ challengeId, purpose, expiresAt: '2026-11-25T05:50:00Z' });
const issued = 'accounts.user.challenge-issued';
const ids = { userId: 'user-7', position: 12 };

it('a challenge asks for the mail of its purpose, by ids alone', () => {
  expect(reaction(passwordReset, issued, challenge('password-reset'))).toEqual({
    task: 'accounts/send-password-reset-mail',
    maxAttempts: 10,
    payload: { ...ids, challengeId },
  });
  expect(reaction(passwordReset, issued, challenge('email-validation'))).toBeNull();
  expect(reaction(emailValidation, issued, challenge('password-reset'))).toBeNull();
  expect(reaction(emailValidation, issued, challenge('email-validation'))).toMatchObject({
    task: 'accounts/send-email-validation-mail',
  });
});

it('a new password is told of, the same one hashed anew is not', () => {
  const changed = (endsSessions: boolean) =>
    reaction(passwordChanged, 'accounts.user.password-changed', { passwordHash: 'x', endsSessions });
  expect(changed(true)).toMatchObject({ payload: { ...ids, at: '2026-11-25T04:50:00.000Z' } });
  expect(changed(false)).toBeNull();
});

it('a new address is told of without it', () => {
  const made = reaction(emailChanged, 'accounts.user.email-changed', { email: 'new@example.com' });
  expect(made).toMatchObject({ task: 'accounts/send-email-changed-mail', payload: ids });
  expect(JSON.stringify(made)).not.toContain('example.com');
});

it('speaks of the service by its host, and of time in one zone', () => {
  expect(serviceName('https://packages.example.com:8443')).toBe('packages.example.com:8443');
  expect(moment('2026-11-25T04:50:00Z')).toBe('25 November 2026 at 04:50 UTC');
});
