import type { UserRow } from '../../../projections/accounts/users/users.projection.js';
import { html } from '../../core/http/pages/html.js';
import type { Page } from '../../core/http/pages/layout.js';
import { momentOf } from '../../core/http/pages/time.js';
import { settingsPage } from './settings.layout.js';

const news = new Map([['mail-sent', 'A mail with a link is on its way to your address.']]);

export function overviewPage(user: UserRow, done?: string): Page {
  return settingsPage('/settings', {
    title: 'Your account',
    news: news.get(done ?? ''),
    main: html`<dl class="card">
        <dt>User name</dt>
        <dd>${user.username}</dd>
        <dt>Full name</dt>
        <dd>${user.fullName || html`<span class="faint">not given</span>`}</dd>
        <dt>E-mail address</dt>
        <dd>${user.email}</dd>
        <dt>Member since</dt>
        <dd>${momentOf(user.joinedAt)}</dd>
      </dl>
      <p class="faint">Strangers see your user name and when you joined, never your address.</p>`,
  });
}
