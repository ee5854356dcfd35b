export type GraphqlError = {
  message: string;
  path?: (string | number)[];
  extensions?: { code?: string; [key: string]: unknown };
};

export type GraphqlAnswer<Data> = {
  /** As sent; a test that expects an error reads `errors` first. */
  data: Data;
  errors?: GraphqlError[];
  status: number;
  headers: Headers;
};

/**
 * Sends one operation over HTTP as a client does.
 * @param url the GraphQL endpoint (`server.graphqlUrl`)
 * @param token sent as `Authorization: Bearer <token>` when given
 * @throws Error with the body's beginning when the answer is not JSON
 */
export async function graphql<Data = any>(
  url: string,
  query: string,
  variables: Record<string, unknown> = {},
  token?: string,
): Promise<GraphqlAnswer<Data>> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
    body: JSON.stringify({ query, variables }),
  });
  const text = await response.text();
  return { ...parse(text, response.status), status: response.status, headers: response.headers };
}

function parse(text: string, status: number) {
  try {
    return JSON.parse(text);
  } catch {
    throw new Error(`Status ${status}, and no JSON: ${text.slice(0, 500)}`);
  }
}
