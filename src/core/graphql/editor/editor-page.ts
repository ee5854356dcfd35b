import { html } from '../../http/pages/html.js';
import { htmlDocument } from '../../http/pages/layout.js';

/** The query editor (GraphiQL), from our own files alone: it works offline and under a strict content policy. */
export function editorPage(): Promise<string> {
  return htmlDocument({
    title: 'Waybill: query editor',
    styles: ['page.css', 'graphiql.min.css'],
    scripts: ['react.min.js', 'react-dom.min.js', 'graphiql.min.js', 'editor.js'],
    body: html`<div id="editor" class="editor">Loading the editor. It needs JavaScript.</div>`,
  });
}
