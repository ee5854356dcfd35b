import { createHash } from 'node:crypto';
import { persistedLimits } from '../../src/core/graphql/persisted/persisted-documents.js';
import { type Operator, startOperator } from '../kit/operator.js';
import { startServer } from '../kit/server.js';

let operator: Operator;
beforeAll(async () => void (operator = await startOperator()));
afterAll(() => operator.close());

const text = 'query Named($name: String!) { getNamespace(name: $name) { name } }';
const hash = (algorithm: string) => createHash(algorithm).update(text).digest('hex');

async function post(path: string, body: object, token?: string, base = operator.server.url) {
  const response = await fetch(base + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
    body: JSON.stringify(body),
  });
  return { status: response.status, ...((await response.json()) as { id?: string; data?: object; errors?: any[] }) };
}

/** Of the operator whose account the first start makes. */
const operatorToken = () => /wasmer login --registry \S+ (\S+)/.exec(operator.server.output())![1]!;

const persist = (body: object) => post('/graphql/persist', body, operatorToken());
const ask = (id: string, base?: string) => post('/graphql', { id, variables: { name: 'nobody' } }, undefined, base);

it('stores a document, which any client may then name by its SHA-256 or MD5', async () => {
  expect((await ask(hash('md5'))).errors![0].extensions.code).toBe('PERSISTED_QUERY_NOT_FOUND');
  expect(await persist({ text })).toEqual({ status: 200, id: hash('sha256') });
  for (const id of [hash('md5'), hash('sha256'), hash('md5')]) {
    expect(await ask(id)).toEqual({ status: 200, data: { getNamespace: null } });
  }
  expect(await persist({ text })).toEqual({ status: 200, id: hash('sha256') });
});

it('keeps it for other processes', async () => {
  const other = await startServer({ database: operator.database, dataDir: operator.server.dataDir });
  try {
    expect(await ask(hash('md5'), other.url)).toEqual({ status: 200, data: { getNamespace: null } });
  } finally {
    await other.stop();
  }
});

it('is for operators', async () => {
  const refused = [
    [undefined, 401, 'UNAUTHENTICATED'],
    ['wba_not-a-token', 401, 'UNAUTHENTICATED'],
    [operator.ann.token, 403, 'FORBIDDEN'],
  ] as const;
  for (const [token, status, code] of refused) {
    const answer = await post('/graphql/persist', { text }, token);
    expect({ status: answer.status, code: answer.errors![0].extensions.code }).toEqual({ status, code });
  }
});

it.each([
  [{}, 'required', 'text'],
  [{ text: 5 }, 'required', 'text'],
  [{ text: 'query {' }, 'valid', 'Syntax Error'],
  [{ text: '{ nothingLikeThis }' }, 'valid', 'Cannot query field'],
  [{ text: `{ ${'viewer { id } '.repeat(2000)} }` }, 'maxLength', `${persistedLimits.characters} characters`],
])('refuses what could not run (%#)', async (body, rule, message) => {
  const { status, errors } = await persist(body);
  expect(status).toBe(400);
  expect(errors![0]).toMatchObject({
    message: expect.stringContaining(message),
    extensions: { code: 'BAD_USER_INPUT', field: 'text', rule },
  });
});

it('keeps a bounded number of them', async () => {
  const { pool } = operator.database;
  await pool.query(
    `INSERT INTO store.persisted_documents (id, md5, text)
     SELECT md5(n::text), md5(n::text), '{ __typename }' FROM generate_series(1, $1::integer) n`,
    [persistedLimits.documents],
  );
  const { status, errors } = await persist({ text: '{ one: __typename }' });
  expect({ status, extensions: errors![0].extensions }).toMatchObject({
    status: 400,
    extensions: { code: 'PERSISTED_DOCUMENTS_FULL', limit: persistedLimits.documents },
  });
  expect(await persist({ text })).toEqual({ status: 200, id: hash('sha256') });
});
