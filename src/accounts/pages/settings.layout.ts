import { html } from '../../core/http/pages/html.js';
import type { Page } from '../../core/http/pages/layout.js';

const sections = [
  ['/settings', 'Overview'],
  ['/settings/access-tokens', 'Tokens'],
  ['/settings/sessions', 'Sessions'],
  ['/settings/password', 'Password'],
] as const;

/** The pages of one's own account: the title as heading, below the way to the others. */
export function settingsPage(path: (typeof sections)[number][0], page: Page): Page {
  const links = sections.map(([href, label]) =>
    href === path ? html`<a href="${href}" aria-current="page">${label}</a>` : html`<a href="${href}">${label}</a>`,
  );
  return {
    ...page,
    main: html`<nav class="sections" aria-label="Settings">${links}</nav>
      <h1>${page.title}</h1>
      ${page.main}`,
  };
}
