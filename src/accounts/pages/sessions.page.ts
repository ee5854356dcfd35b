import { buttonForm } from '../../core/http/pages/form.js';
import { html, type Html } from '../../core/http/pages/html.js';
import type { Page } from '../../core/http/pages/layout.js';
import { table } from '../../core/http/pages/table.js';
import { momentOf } from '../../core/http/pages/time.js';
import type { SessionInfo } from '../session/sessions.service.js';
import { settingsPage } from './settings.layout.js';
import { agentName } from './user-agent.js';

const news = new Map([
  ['ended', 'The session is over.'],
  ['others-ended', 'All other sessions are over.'],
]);

/** @param currentId the session of the browser that asks */
export function sessionsPage(sessions: readonly SessionInfo[], currentId: string, done?: string): Page {
  const others = sessions.filter(({ id }) => id !== currentId);
  return settingsPage('/settings/sessions', {
    title: 'Sessions',
    news: news.get(done ?? ''),
    main: html`<p>
        Where you are logged in with your password. End what you do not know, and then change your password.
      </p>
      <div class="card">
        ${table({
          caption: 'Your sessions',
          columns: ['Program', 'Address', 'Since', 'Last used', ''],
          rows: sessions.map((session) => rowOf(session, session.id === currentId)),
        })}
      </div>
      ${
        others.length === 0
          ? html`<p class="faint">You are logged in nowhere else.</p>`
          : buttonForm('/settings/sessions/end-others', 'End all other sessions', { look: 'danger' })
      }`,
  });
}

function rowOf(session: SessionInfo, isCurrent: boolean): (Html | string)[] {
  const name = agentName(session.userAgent);
  return [
    name,
    session.address ?? 'unknown',
    momentOf(session.openedAt),
    session.lastUsedAt ? momentOf(session.lastUsedAt) : 'not yet',
    isCurrent
      ? html`<strong class="tag">This browser</strong>`
      : buttonForm('/settings/sessions/end', html`End<span class="visually-hidden"> the session of ${name}</span>`, {
          look: 'second',
          hidden: { id: session.id },
        }),
  ];
}
