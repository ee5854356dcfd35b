import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { ErrorEntry } from '../../src/core/errors/catalogue.js';

/** The files that declare error codes, relative to the project's folder. Importing them all fills the catalogue. */
export function catalogueFiles(root: string): string[] {
  const paths = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' });
  return paths
    .filter((path) => path.endsWith('.errors.ts'))
    .map((path) => join('src', path))
    .sort();
}

const head = `# Error codes

Made from the catalogues in \`src/**/*.errors.ts\` by \`npm run docs:update\`; a test fails when it is not current.

An error of the GraphQL interface has its code in \`extensions.code\`. Codes do not change their meaning; texts may change. \`field\` and \`rule\`
name the input at fault where there is one, and \`requestId\` is the id under which the server's log has the request.

## Codes of the protocol

The request itself is wrong; nothing was run. \`limit\` and \`max\` name a limit that it exceeds.

- \`BAD_REQUEST\`: the HTTP request is not one of GraphQL.
- \`GRAPHQL_PARSE_FAILED\`: the query text has a syntax error, or too many tokens.
- \`GRAPHQL_VALIDATION_FAILED\`: the query does not fit the schema, or is too large.
- \`OPERATION_RESOLUTION_FAILURE\`: the text has no operation of that name, or several and no name.
- \`PERSISTED_QUERY_NOT_SUPPORTED\`: send the whole query text.
- \`BAD_USER_INPUT\`: a variable or an argument does not fit its type.
- \`INTERNAL_SERVER_ERROR\`: the server's own fault. The answer tells nothing but \`errorId\`, under which the log has the cause.

## Codes of the service
`;

/** The documentation of the catalogue, as Markdown: per code what the client is told and what it can do. */
export function errorsPage(entries: ReadonlyMap<string, ErrorEntry>): string {
  const sorted = [...entries].toSorted(([a], [b]) => (a < b ? -1 : 1));
  const sections = sorted.map(([code, { message, help }]) => `### \`${code}\`\n\n“${message}”\n\n${help}\n`);
  return [head, ...sections].join('\n');
}
