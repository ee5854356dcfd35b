import { assetUrl } from './assets.js';
import type { Total } from './totals.js';

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** Makes a text safe inside HTML elements and quoted attributes. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character]!);
}

/** @param main trusted HTML; texts in it must have gone through `escapeHtml`. */
async function page(title: string, main: string): Promise<string> {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(title)}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="${await assetUrl('page.css')}">
</head>
<body>
<main>
${main}
</main>
</body>
</html>
`;
}

/** A short message with the way back. */
export function messagePage(title: string, message: string): Promise<string> {
  return page(title, `<h1>${escapeHtml(title)}</h1>\n<p>${escapeHtml(message)}</p>\n<p><a href="/">Start page</a></p>`);
}

/** What this server is and what to do next. */
export function startPage(publicUrl: string, totals: readonly Total[]): Promise<string> {
  const endpoint = escapeHtml(`${publicUrl}/graphql`);
  return page(
    'Waybill',
    `<h1>Waybill</h1>
<p>A self-hosted backend for WebAssembly packages and apps. This server is running and speaks GraphQL.</p>
${totalsList(totals)}
<h2>Next steps</h2>
<ol>
<li><p>Look around: <a href="/graphql">open the query editor</a>. It shows the whole schema and sends the queries that you type.</p></li>
<li><p>Log in with the <code>wasmer</code> command:</p>
<pre><code>wasmer login --registry ${endpoint}</code></pre></li>
<li><p>Or ask with nothing but <code>curl</code>:</p>
<pre><code>curl ${endpoint} \\
  -H 'content-type: application/json' \\
  -d '{"query":"{ viewer { username } }"}'</code></pre>
<p>With a token add <code>-H 'authorization: Bearer &lt;token&gt;'</code>. Without one <code>viewer</code> is <code>null</code>.</p></li>
</ol>
<h2>For operators</h2>
<ul>
<li><a href="/readyz">/readyz</a>: whether this server can serve, check by check</li>
<li><a href="/livez">/livez</a>: whether the process is alive</li>
<li><a href="/metrics">/metrics</a>: figures for Prometheus</li>
</ul>`,
  );
}

function totalsList(totals: readonly Total[]): string {
  if (totals.length === 0) return '';
  const items = totals.map(({ label, value }) => {
    const noun = value === 1 ? label.replace(/s$/, '') : label;
    return `<li><strong>${value}</strong> ${escapeHtml(noun)}</li>`;
  });
  return `<ul class="totals">\n${items.join('\n')}\n</ul>`;
}
