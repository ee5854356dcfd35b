import { challengeMail } from './challenge.mail.js';

export const passwordReset = challengeMail({
  name: 'SendPasswordResetEmail',
  purpose: 'password-reset',
  page: '/auth/reset',
  compose: ({ username, service, link, expires }) => ({
    subject: 'Choose a new password',
    greeting: `Hello ${username},`,
    before: [
      `somebody asked for a new password for your account at ${service}.`,
      `You can choose one with this link, once, until ${expires}.`,
    ],
    action: { label: 'Choose a new password', url: link },
    after: ['If it was not you, you need not do anything: your password stays as it is.'],
  }),
});
