// Files that the server reads at run time, and where the build puts them beside the bundle. Paths start at the project's folder.
// In development and in tests the server takes them straight from `source`.
import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Served under /assets/. */
const served = [
  { source: 'src/core/http/pages/page.css', target: 'assets/page.css' },
  { source: 'src/core/http/pages/icon.svg', target: 'assets/icon.svg' },
  { source: 'src/accounts/pages/hand-over.js', target: 'assets/approve.js' },
  { source: 'src/core/graphql/editor/start.js', target: 'assets/editor.js' },
  { source: 'node_modules/graphiql/graphiql.min.js', target: 'assets/graphiql.min.js' },
  { source: 'node_modules/graphiql/graphiql.min.css', target: 'assets/graphiql.min.css' },
  { source: 'node_modules/react/umd/react.production.min.js', target: 'assets/react.min.js' },
  { source: 'node_modules/react-dom/umd/react-dom.production.min.js', target: 'assets/react-dom.min.js' },
];

/** Schema files, flat beside the bundle: their names are unique, since each silo's is named after it. */
const schemas = readdirSync(join(root, 'src'), { recursive: true })
  .filter((path) => path.endsWith('.graphql'))
  .sort()
  .map((path) => ({ source: join('src', path), target: basename(path) }));

/** @type {{ source: string, target: string }[]} */
export const assets = [...served, ...schemas];
