import type { Refusal } from '../../core/errors/refusal.js';
import { form, type Field } from '../../core/http/pages/form.js';
import { html } from '../../core/http/pages/html.js';
import type { Page } from '../../core/http/pages/layout.js';
import { problemsOf } from '../../core/http/pages/problems.js';

export type LoginView = {
  /** As it was typed. */
  username?: string;
  refusal?: Refusal;
  /** Where to go afterwards. */
  next: string;
  /** Who is logged in already. */
  visitorName?: string;
  /** What has been done that leads here. */
  done?: string;
  mayRegister: boolean;
};

const news = new Map([['logged-out', 'You are logged out.']]);

export function loginPage({ username, refusal, next, visitorName, done, mayRegister }: LoginView): Page {
  const fields: Field[] = [
    {
      name: 'username',
      label: 'User name or e-mail address',
      value: username,
      autocomplete: 'username',
      isIdentifier: true,
    },
    { name: 'password', label: 'Password', type: 'password', autocomplete: 'current-password' },
  ];
  const problems = problemsOf(refusal, fields);
  return {
    title: 'Log in',
    isNarrow: true,
    problems,
    news: news.get(done ?? ''),
    main: html`<h1>Log in</h1>
      ${
        visitorName &&
        html`<p>You are logged in as <strong>${visitorName}</strong>. <a href="${next}">Go on as ${visitorName}</a></p>`
      }
      ${form({ action: '/login', fields, hidden: { next }, submit: 'Log in', problems })}
      <p class="aside"><a href="/auth/forgot">Forgot your password?</a></p>
      ${
        mayRegister &&
        html`<p class="aside">No account yet? <a href="/register?next=${encodeURIComponent(next)}">Register</a></p>`
      }`,
  };
}
