import type { Total } from '../totals.js';
import { html, type Html } from './html.js';
import type { Page } from './layout.js';

/** What this server is and what to do next. */
export function startPage(publicUrl: string, totals: readonly Total[]): Page {
  const endpoint = `${publicUrl}/graphql`;
  return {
    title: 'Waybill',
    main: html`<h1>Waybill</h1>
      <p class="lead">
        A self-hosted backend for WebAssembly packages and apps. This server is running and speaks GraphQL.
      </p>
      ${totalsList(totals)}
      <h2>Next steps</h2>
      <ol>
        <li>
          <p>
            Look around: <a href="/graphql">open the query editor</a>. It shows the whole schema and sends the queries
            that you type.
          </p>
        </li>
        <li>
          <p>Log in with the <code>wasmer</code> command:</p>
          <pre tabindex="0"><code>wasmer login --registry ${endpoint}</code></pre>
        </li>
        <li>
          <p>Or ask with nothing but <code>curl</code>:</p>
          <pre tabindex="0"><code>${curl(endpoint)}</code></pre>
          <p>
            With a token add <code>-H 'authorization: Bearer &lt;token&gt;'</code>. Without one <code>viewer</code> is
            <code>null</code>.
          </p>
        </li>
      </ol>
      <h2>For operators</h2>
      <ul>
        <li><a href="/readyz">/readyz</a>: whether this server can serve, check by check</li>
        <li><a href="/livez">/livez</a>: whether the process is alive</li>
        <li><a href="/metrics">/metrics</a>: figures for Prometheus</li>
      </ul>`,
  };
}

const curl = (endpoint: string): string => `curl ${endpoint} \\
  -H 'content-type: application/json' \\
  -d '{"query":"{ viewer { username } }"}'`;

function totalsList(totals: readonly Total[]): Html | null {
  if (totals.length === 0) return null;
  const items = totals.map(({ label, value }) => {
    const noun = value === 1 ? label.replace(/s$/, '') : label;
    return html`<li><strong>${value}</strong> ${noun}</li>`;
  });
  return html`<ul class="totals">
    ${items}
  </ul>`;
}
