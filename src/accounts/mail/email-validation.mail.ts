import { challengeMail } from './challenge.mail.js';

export const emailValidation = challengeMail({
  name: 'SendValidationEmail',
  purpose: 'email-validation',
  page: '/auth/email',
  compose: ({ username, service, link, expires }) => ({
    subject: 'Confirm your e-mail address',
    greeting: `Hello ${username},`,
    before: [
      `this address was given for your account at ${service}.`,
      `Please confirm that it is yours with this link, until ${expires}.`,
    ],
    action: { label: 'Confirm this address', url: link },
    after: ['If you know of no such account, you need not do anything.'],
  }),
});
