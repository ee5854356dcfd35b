import { assetUrl } from '../../http/assets.js';
import { html } from '../../http/pages/html.js';
import { htmlDocument } from '../../http/pages/layout.js';

const scripts = ['react.min.js', 'react-dom.min.js', 'graphiql.min.js', 'editor.js'];

/** The query editor (GraphiQL), from our own files alone: it works offline and under a strict content policy. */
export async function editorPage(): Promise<string> {
  const urls = await Promise.all(scripts.map(assetUrl));
  return htmlDocument({
    title: 'Waybill: query editor',
    styles: ['page.css', 'graphiql.min.css'],
    scripts: [],
    body: html`<div id="editor" class="editor">Loading the editor. It needs JavaScript.</div>
      ${urls.map((url) => html`<script src="${url}"></script>`)}`,
  });
}
