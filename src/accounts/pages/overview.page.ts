import type { UserRow } from '../../../projections/accounts/users/users.projection.js';
import type { Refusal } from '../../core/errors/refusal.js';
import { buttonForm } from '../../core/http/pages/form.js';
import { html } from '../../core/http/pages/html.js';
import type { Page } from '../../core/http/pages/layout.js';
import { momentOf } from '../../core/http/pages/time.js';
import { problemsOf } from '../../core/http/pages/problems.js';
import { settingsPage } from './settings.layout.js';

const news = new Map([
  ['mail-sent', 'A mail with a link is on its way to your address.'],
  ['password-set', 'Your new password is set. You are logged in here only.'],
]);

export function overviewPage(user: UserRow, { done, refusal }: { done?: string; refusal?: Refusal }): Page {
  return settingsPage('/settings', {
    title: 'Your account',
    problems: problemsOf(refusal, []),
    news: news.get(done ?? ''),
    main: html`<dl class="card">
        <dt>User name</dt>
        <dd>${user.username}</dd>
        <dt>Full name</dt>
        <dd>${user.fullName || html`<span class="faint">not given</span>`}</dd>
        <dt>E-mail address</dt>
        <dd>
          ${user.email}
          ${user.isEmailValidated ? html`<span class="tag">confirmed</span>` : html`<span class="faint">(not confirmed)</span>`}
        </dd>
        <dt>Member since</dt>
        <dd>${momentOf(user.joinedAt)}</dd>
      </dl>
      ${!user.isEmailValidated && confirmation}
      <p class="faint">Strangers see your user name and when you joined, never your address.</p>`,
  });
}

const confirmation = html`<div class="notice">
  <p>Confirm that the address is yours: we send a link to it.</p>
  ${buttonForm('/settings/confirm-email', 'Send the mail', { look: 'second' })}
</div>`;
