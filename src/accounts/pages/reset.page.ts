import type { Refusal } from '../../core/errors/refusal.js';
import { buttonForm, form, type Field } from '../../core/http/pages/form.js';
import { html } from '../../core/http/pages/html.js';
import type { Page } from '../../core/http/pages/layout.js';
import { problemsOf } from '../../core/http/pages/problems.js';
import { newPassword } from './new-password.js';

export function forgotPage({ email, refusal }: { email?: string; refusal?: Refusal }): Page {
  const fields: Field[] = [
    {
      name: 'email',
      label: 'E-mail address',
      type: 'email',
      value: email,
      hint: 'The address of your account.',
      autocomplete: 'email',
      isIdentifier: true,
    },
  ];
  const problems = problemsOf(refusal, fields);
  return {
    title: 'Forgot your password?',
    isNarrow: true,
    problems,
    main: html`<h1>Forgot your password?</h1>
      <p class="lead">You get a mail with a link, by which you set a new one.</p>
      ${form({ action: '/auth/forgot', fields, submit: 'Send the mail', problems })}
      <p class="aside"><a href="/login">Back to the login</a></p>`,
  };
}

/** The same for every address, so that nobody learns who has an account. */
export function forgotSentPage(): Page {
  return {
    title: 'Look into your mail',
    isNarrow: true,
    main: html`<h1>Look into your mail</h1>
      <p>
        If there is an account with this address, a mail with a link is on its way to it. The link holds for an hour.
      </p>
      <p>Nothing there? Look into the spam folder, or <a href="/auth/forgot">try another address</a>.</p>`,
  };
}

export function resetPage({ token, refusal }: { token: string; refusal?: Refusal }): Page {
  const fields: Field[] = [{ ...newPassword, label: 'New password' }];
  const problems = problemsOf(refusal, fields);
  return {
    title: 'Set a new password',
    isNarrow: true,
    problems,
    main: html`<h1>Set a new password</h1>
      <p class="lead">It ends all sessions of your account. Access tokens go on working.</p>
      ${form({ action: '/auth/reset', fields, hidden: { token }, submit: 'Set the password', problems })}`,
  };
}

/** For a link that was used, is too old, or was copied by halves. */
export function linkInvalidPage(again: { href: string; label: string }): Page {
  return {
    title: 'This link is not valid',
    isNarrow: true,
    main: html`<h1>This link is not valid</h1>
      <p>It was used already, is too old, or did not arrive whole. If you asked for several, only the newest holds.</p>
      <p><a href="${again.href}">${again.label}</a></p>`,
  };
}

/** Programs that look into mails follow links; only a person presses a button. */
export function confirmEmailPage(token: string): Page {
  return {
    title: 'Confirm your address',
    isNarrow: true,
    main: html`<h1>Confirm your address</h1>
      <p>The mail has reached you. One more click, and the e-mail address is confirmed as yours.</p>
      ${buttonForm('/auth/email', 'Confirm', { hidden: { token } })}`,
  };
}

export function emailConfirmedPage(): Page {
  return {
    title: 'Your address is confirmed',
    isNarrow: true,
    main: html`<h1>Your address is confirmed</h1>
      <p>Thank you. There is nothing else to do.</p>
      <p><a href="/settings">Your account</a></p>`,
  };
}
