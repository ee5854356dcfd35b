import type { Refusal } from '../../core/errors/refusal.js';
import { form, type Field } from '../../core/http/pages/form.js';
import { html } from '../../core/http/pages/html.js';
import type { Page } from '../../core/http/pages/layout.js';
import { problemsOf, type Problem } from '../../core/http/pages/problems.js';
import { newPassword } from './new-password.js';
import { settingsPage } from './settings.layout.js';

const news = new Map([['changed', 'Your password is changed. You are logged in here only.']]);

const oldPassword: Field = {
  name: 'oldPassword',
  label: 'Current password',
  type: 'password',
  autocomplete: 'current-password',
};
const wrongPassword: Problem = { ...oldPassword, text: 'This is not your current password.' };

export function passwordPage({ refusal, done }: { refusal?: Refusal; done?: string }): Page {
  const fields = [oldPassword, { ...newPassword, label: 'New password' }];
  const problems = refusal?.code === 'INVALID_CREDENTIALS' ? [wrongPassword] : problemsOf(refusal, fields);
  return settingsPage('/settings/password', {
    title: 'Password',
    problems,
    news: news.get(done ?? ''),
    main: html`<p>A new password ends all other sessions. Access tokens go on working: revoke them by themselves.</p>
      <div class="column">
        ${form({ action: '/settings/password', fields, submit: 'Change the password', problems })}
      </div>
      <p class="aside">You do not know it any more? <a href="/auth/forgot">Set a new one by mail</a></p>`,
  });
}
