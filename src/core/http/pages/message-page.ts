import { html } from './html.js';
import type { Page } from './layout.js';

/** A short message with the way back. */
export function messagePage(title: string, message: string): Page {
  return {
    title,
    isNarrow: true,
    main: html`<h1>${title}</h1>
      <p>${message}</p>
      <p><a href="/">Start page</a></p>`,
  };
}
