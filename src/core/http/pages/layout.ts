import { assetUrl } from '../assets.js';
import { html, type Html } from './html.js';
import { errorSummary, notice } from './notices.js';
import type { Problem } from './problems.js';

export type Page = {
  /** What the page is, without the instance's name. */
  title: string;
  /** What stands between header and footer. It begins with the `h1`. */
  main: Html;
  /** A column for one short form. */
  isNarrow?: boolean;
  /** What was wrong with the form that was sent: stands before everything else. */
  problems?: readonly Problem[];
  /** What has just been done. */
  news?: string;
  /** A script of our own that the page cannot work without: the name of an asset. */
  script?: string;
  /** The one foreign origin that this script may ask, such as `http://localhost:4711`. */
  connectTo?: string;
};

/** What the header says besides the page. */
export type Frame = {
  /** Where the instance is reached; its host is its name. */
  publicUrl: string;
  /** Who is logged in and what they may go to; nothing where that is not known. */
  menu?: Html;
};

/** The one layout. */
export async function layOut(page: Page, { publicUrl, menu }: Frame): Promise<string> {
  const instance = new URL(publicUrl).host;
  const { title, problems = [], news } = page;
  const body = html`<a class="skip" href="#main">Skip to the content</a>
    <header class="top">
      <div class="bar">
        <a class="brand" href="/">
          <img src="${await assetUrl('icon.svg')}" alt="" width="28" height="28" />
          <span>Waybill <span class="instance">${instance}</span></span>
        </a>
        ${menu && html`<nav class="menu" aria-label="Account">${menu}</nav>`}
      </div>
    </header>
    <main id="main" tabindex="-1" class="${page.isNarrow ? 'narrow' : 'wide'}">
      ${errorSummary(problems)} ${news && notice(news)} ${page.main}
    </main>`;
  return htmlDocument({
    title: `${problems.length > 0 ? 'Error: ' : ''}${title} · ${instance}`,
    styles: ['page.css'],
    scripts: page.script ? [page.script] : [],
    body,
  });
}

/** A whole document. Styles and scripts are names of assets; scripts run before there is a body. */
export async function htmlDocument(parts: {
  title: string;
  styles: readonly string[];
  scripts: readonly string[];
  body: Html;
}): Promise<string> {
  const [icon, styles, scripts] = await Promise.all([
    assetUrl('icon.svg'),
    Promise.all(parts.styles.map(assetUrl)),
    Promise.all(parts.scripts.map(assetUrl)),
  ]);
  const document = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${parts.title}</title>
        <link rel="icon" type="image/svg+xml" href="${icon}" />
        ${styles.map((url) => html`<link rel="stylesheet" href="${url}" />`)}
        ${scripts.map((url) => html`<script src="${url}"></script>`)}
      </head>
      <body>
        ${parts.body}
      </body>
    </html> `;
  return document.toString();
}
