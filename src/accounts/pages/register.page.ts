import type { Refusal } from '../../core/errors/refusal.js';
import { form, type Field } from '../../core/http/pages/form.js';
import { html } from '../../core/http/pages/html.js';
import type { Page } from '../../core/http/pages/layout.js';
import { problemsOf } from '../../core/http/pages/problems.js';
import { ownerNameLimits } from '../owner-name.js';
import { newPassword } from './new-password.js';

/** What was typed, but for the password: it is shown again with what is wrong. */
export type Typed = { username: string; email: string; fullName: string };

export type RegisterView = {
  typed?: Typed;
  refusal?: Refusal;
  next: string;
  /** Names this registration, so that a form that is sent twice opens one account. */
  clientMutationId: string;
};

const { minLength, maxLength } = ownerNameLimits;

export function registerPage({ typed, refusal, next, clientMutationId }: RegisterView): Page {
  const fields: Field[] = [
    {
      name: 'username',
      label: 'User name',
      value: typed?.username,
      hint: `${minLength} to ${maxLength} letters, digits, - or _. Everybody sees it.`,
      autocomplete: 'username',
      maxLength,
      isIdentifier: true,
    },
    {
      name: 'email',
      label: 'E-mail address',
      type: 'email',
      value: typed?.email,
      hint: 'Only you see it. It is the way back if you lose your password.',
      autocomplete: 'email',
      isIdentifier: true,
    },
    {
      name: 'fullName',
      label: 'Full name',
      value: typed?.fullName,
      hint: 'Only you see it.',
      autocomplete: 'name',
      isOptional: true,
    },
    newPassword,
  ];
  const problems = problemsOf(refusal, fields);
  return {
    title: 'Register',
    isNarrow: true,
    problems,
    main: html`<h1>Register</h1>
      <p class="lead">With an account you publish packages and own namespaces and apps.</p>
      ${form({ action: '/register', fields, hidden: { next, clientMutationId }, submit: 'Register', problems })}
      <p class="aside">You have an account? <a href="/login?next=${encodeURIComponent(next)}">Log in</a></p>`,
  };
}

export function registrationClosedPage(): Page {
  return {
    title: 'Registration is closed',
    isNarrow: true,
    main: html`<h1>Registration is closed</h1>
      <p>This service takes no new accounts by itself. Ask whoever operates it to open one for you.</p>
      <p class="aside">You have an account? <a href="/login">Log in</a></p>`,
  };
}
