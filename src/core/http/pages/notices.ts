import { html, type Html } from './html.js';
import type { Problem } from './problems.js';

/** What went wrong, first thing on the page and with the focus, so that nobody has to search; each problem leads to its field. */
export function errorSummary(problems: readonly Problem[]): Html | null {
  if (problems.length === 0) return null;
  const items = problems.map(({ name, label, text }) =>
    name === '' ? html`<li>${text}</li>` : html`<li><a href="#${name}">${label}: ${text}</a></li>`,
  );
  return html`<div class="notice bad" role="alert" tabindex="-1" autofocus>
    <h2>This did not work</h2>
    <ul>
      ${items}
    </ul>
  </div>`;
}

/** What has just been done. */
export function notice(text: Html | string): Html {
  return html`<div class="notice good" role="status"><p>${text}</p></div>`;
}
