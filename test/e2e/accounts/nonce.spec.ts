import { deleteOldNonces, nonceLimits } from '../../../src/accounts/nonce/nonce.table.js';
import { encodeId } from '../../../src/core/ids/global-id.js';
import { account, refusalOf, startAccounts, type AccountsServer, type TestAccount } from './kit.js';
import { badTokens, verifyMutation, whoIs } from './tokens.kit.js';

let server: AccountsServer;
let ada: TestAccount;
let bob: TestAccount;

beforeAll(async () => {
  // Behind a proxy that may say who the client is, so that each test can come from an address of its own.
  server = await startAccounts({ WAYBILL_TRUST_PROXY: 'true', WAYBILL_PUBLIC_URL: 'https://packages.example.com' });
  [ada, bob] = [await account(server, 'ada'), await account(server, 'bob')];
});

afterAll(() => server.close());

const fields = 'authUrl callbackUrl createdAt expired id isValidated name secret token';
/** As the CLI sends it, with one more field. */
const create = `mutation CreateNewNonce($callbackUrl: String!, $name: String!) {
  newNonce(input: {callbackUrl: $callbackUrl, name: $name}) { clientMutationId nonce { ${fields} } }
}`;
const validate = `mutation ($id: ID!, $secret: String!) { validateNonce(input: {id: $id, secret: $secret, clientMutationId: "v"}) { clientMutationId nonce { ${fields} } } }`;
const invalidate = `mutation ($id: ID!, $secret: String!) { invalidateNonce(input: {id: $id, secret: $secret, clientMutationId: "i"}) { clientMutationId nonce { ${fields} } } }`;
const getNonce = `query ($name: String!) { getAuthNonce(name: $name) { ${fields} } }`;
const cli = { callbackUrl: 'http://localhost:39999', name: 'wasmer-cli' };

let nextAddress = 1;
async function createFrom(address: string, variables: object = cli, authorization = '') {
  const response = await fetch(server.graphqlUrl, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-forwarded-for': address, authorization },
    body: JSON.stringify({ query: create, variables }),
  });
  return (await response.json()) as { data: any; errors?: { extensions: Record<string, unknown> }[] };
}
const newNonce = async () => (await createFrom(`192.0.2.${nextAddress++}`)).data.newNonce.nonce;
const expire = ({ secret }: { secret: string }) =>
  server.database.pool.query(
    `UPDATE store.nonces SET expires_at = now() WHERE secret_hash = sha256(convert_to($1, 'UTF8'))`,
    [secret],
  );

describe('newNonce', () => {
  it('answers with the page, the id and the secret, to nobody in particular', async () => {
    const nonce = await newNonce();
    expect(nonce).toEqual({
      ...cli,
      id: expect.stringMatching(/^nnc_\w{12,}$/),
      secret: expect.stringMatching(/^wbn_\w{36}$/),
      authUrl: `https://packages.example.com/auth/cli?nonce=${nonce.id}&secret=${nonce.secret}`,
      createdAt: expect.stringMatching(/\+00:00$/),
      expired: false,
      isValidated: false,
      token: '',
    });
    const { rows } = await server.database.pool.query('SELECT string_agg(n::text, $1) AS text FROM store.nonces n', [
      ' ',
    ]);
    expect(rows[0].text).toContain('wasmer-cli');
    expect(rows[0].text).not.toContain(nonce.secret);
  });

  it('works with a stale bearer, for the CLI sends the token that it has', async () => {
    const { data } = await createFrom('192.0.2.200', cli, 'Bearer wba_0123456789ABCDEFGHIJKLMNOPQRST1nMT91');
    expect(data.newNonce.nonce.id).toMatch(/^nnc_/);
  });

  it.each([
    ['a foreign host', { ...cli, callbackUrl: 'https://evil.example:443' }, 'BAD_USER_INPUT', 'callbackUrl'],
    [
      'a host behind a login',
      { ...cli, callbackUrl: 'http://localhost:80@evil.example' },
      'BAD_USER_INPUT',
      'callbackUrl',
    ],
    ['a callback without a port', { ...cli, callbackUrl: 'http://localhost' }, 'BAD_USER_INPUT', 'callbackUrl'],
    ['what is no web address', { ...cli, callbackUrl: 'javascript:alert(1)' }, 'BAD_USER_INPUT', 'callbackUrl'],
    [
      'a long callback',
      { ...cli, callbackUrl: `http://localhost:1/${'x'.repeat(200)}` },
      'BAD_USER_INPUT',
      'callbackUrl',
    ],
    ['an empty name', { ...cli, name: '' }, 'BAD_USER_INPUT', 'name'],
    ['a long name', { ...cli, name: 'x'.repeat(101) }, 'BAD_USER_INPUT', 'name'],
    ['a name that cannot be stored', { ...cli, name: 'a\0b' }, 'INVALID_TEXT', 'name'],
  ])('refuses %s, and names field and rule', async (_, variables, code, field) => {
    const { errors } = await createFrom('192.0.2.201', variables);
    expect(errors![0]!.extensions).toMatchObject({ code, field });
    if (code === 'BAD_USER_INPUT') expect(errors![0]!.extensions.rule).toBeTruthy();
  });

  it('takes https and a path', async () => {
    const callbackUrl = 'https://127.0.0.1:8443/callback';
    expect((await createFrom('192.0.2.202', { ...cli, callbackUrl })).data.newNonce.nonce.callbackUrl).toBe(
      callbackUrl,
    );
  });

  it('lets 20 wait per address, or per /64, also when all come at once; an answered one makes room', async () => {
    const { mostPendingPerNetwork: most } = nonceLimits;
    expect(most).toBe(20);
    const answers = await Promise.all(Array.from({ length: most + 5 }, (_, n) => createFrom(`2001:db8::${n}`)));
    const made = answers.flatMap(({ data }) => (data?.newNonce ? [data.newNonce.nonce] : []));
    expect(made).toHaveLength(most);
    expect(answers.find(({ errors }) => errors)!.errors![0]!.extensions.code).toBe('TOO_MANY_REQUESTS');
    expect((await createFrom('2001:db8:0:1::1')).data.newNonce).toBeTruthy();
    await server.ask(invalidate, made[0]);
    await expire(made[1]);
    for (const isRoom of [true, true, false]) {
      expect(Boolean((await createFrom('2001:db8::1')).data?.newNonce)).toBe(isRoom);
    }
  });
});

describe('validateNonce', () => {
  it('gives an API token with the name of the nonce, this once', async () => {
    const { id, secret } = await newNonce();
    const { data } = await ada.ask(validate, { id, secret });
    const { nonce, clientMutationId } = data.validateNonce;
    expect(clientMutationId).toBe('v');
    expect(nonce).toMatchObject({ ...cli, id, isValidated: true, expired: false, secret: '' });
    expect(nonce.authUrl).toBe(`https://packages.example.com/auth/cli?nonce=${id}`);
    expect(nonce.token).toMatch(/^wba_\w{36}$/);
    expect(await whoIs(server, nonce.token)).toBe('ada');
    expect((await server.ask(verifyMutation, { token: nonce.token })).data.verifyAccessToken.payload.exp).toBeNull();
    const newest = await ada.ask('{ viewer { apiTokens(first: 1) { edges { node { identifier } } } } }');
    expect(newest.data.viewer.apiTokens.edges).toEqual([{ node: { identifier: 'wasmer-cli' } }]);
    expect(await ada.refusal(validate, { id, secret })).toMatchObject({ code: 'NONCE_USED' });
    expect(await bob.refusal(validate, { id, secret })).toMatchObject({ code: 'NONCE_USED' });
  });

  it('gives one token when many approve at once', async () => {
    const someone = await account(server, 'eager');
    const { id, secret } = await newNonce();
    const answers = await Promise.all(Array.from({ length: 6 }, () => someone.ask(validate, { id, secret })));
    expect(answers.filter(({ data }) => data?.validateNonce)).toHaveLength(1);
    expect(answers.filter(({ errors }) => errors?.[0]?.extensions?.code === 'NONCE_USED')).toHaveLength(5);
    const { rows } = await server.database.pool.query(
      `SELECT count(*)::int AS n FROM store.events t JOIN store.events u ON u.stream_id = t.data->>'userId'
       WHERE t.type = 'accounts.api-token.generated' AND u.data->>'username' = 'eager'`,
    );
    expect(rows[0].n).toBe(1);
  });

  it('needs a login, and uses nothing up without one', async () => {
    const { id, secret } = await newNonce();
    expect(await refusalOf(server.ask)(validate, { id, secret })).toMatchObject({ code: 'UNAUTHENTICATED' });
    expect((await ada.ask(validate, { id, secret })).data.validateNonce.nonce.isValidated).toBe(true);
  });

  it('refuses one that has expired or was cancelled', async () => {
    const [late, cancelled] = [await newNonce(), await newNonce()];
    await expire(late);
    await server.ask(invalidate, cancelled);
    expect(await ada.refusal(validate, late)).toMatchObject({ code: 'NONCE_EXPIRED' });
    expect(await ada.refusal(validate, cancelled)).toMatchObject({ code: 'NONCE_USED' });
  });
});

describe('invalidateNonce', () => {
  it('cancels for whoever has the secret, and again without a change', async () => {
    const { id, secret } = await newNonce();
    for (const ask of [server.ask, server.askAs('nonsense'), bob.ask]) {
      const { nonce, clientMutationId } = (await ask(invalidate, { id, secret })).data.invalidateNonce;
      expect(clientMutationId).toBe('i');
      expect(nonce).toMatchObject({ id, expired: true, isValidated: false, secret: '', token: '' });
    }
  });

  it('refuses one that was approved: its token stays', async () => {
    const { id, secret } = await newNonce();
    const { token } = (await ada.ask(validate, { id, secret })).data.validateNonce.nonce;
    expect(await refusalOf(server.ask)(invalidate, { id, secret })).toMatchObject({ code: 'NONCE_USED' });
    expect(await whoIs(server, token)).toBe('ada');
  });

  it('ends approvals that race with it, or comes too late: never both', async () => {
    const { id, secret } = await newNonce();
    const [approved, cancelled] = await Promise.all([
      ada.ask(validate, { id, secret }),
      server.ask(invalidate, { id, secret }),
    ]);
    expect(Boolean(approved.data?.validateNonce)).toBe(!cancelled.data?.invalidateNonce);
  });
});

describe('a wrong secret or id', () => {
  const mutations = { validate, invalidate };

  it.each(['validate', 'invalidate'] as const)(
    '%s refuses both in the same words, and uses nothing up',
    async (name) => {
      const { id, secret } = await newNonce();
      const other = await newNonce();
      const wrong = [
        ...badTokens.map(([, token]) => ({ id, secret: token.slice(0, 64) })),
        { id, secret: other.secret },
        { id: encodeId('Nonce', 999_999), secret },
        { id: ada.id, secret },
        { id: 'nonsense', secret },
        { id: '', secret },
      ];
      for (const variables of wrong) {
        expect(await ada.refusal(mutations[name], variables)).toMatchObject({ code: 'NONCE_NOT_FOUND' });
      }
      expect((await ada.ask(validate, { id, secret })).data.validateNonce.nonce.isValidated).toBe(true);
    },
  );

  it('refuses what is longer than any', async () => {
    const { id, secret } = await newNonce();
    for (const [field, variables] of Object.entries({
      id: { id: 'x'.repeat(65), secret },
      secret: { id, secret: 'x'.repeat(65) },
    })) {
      expect(await ada.refusal(validate, variables)).toMatchObject({ code: 'BAD_USER_INPUT', field });
    }
  });
});

describe('getAuthNonce', () => {
  const seen = async (of: TestAccount, { id }: { id: string }) =>
    (await of.ask(getNonce, { name: id })).data?.getAuthNonce;

  it('shows a logged-in caller what waits, without secret and token', async () => {
    const { id, createdAt } = await newNonce();
    expect(await seen(ada, { id })).toEqual({
      ...cli,
      id,
      createdAt,
      expired: false,
      isValidated: false,
      authUrl: `https://packages.example.com/auth/cli?nonce=${id}`,
      secret: '',
      token: '',
    });
  });

  it('shows an approved one to who approved it, and to nobody else', async () => {
    const nonce = await newNonce();
    await ada.ask(validate, nonce);
    expect(await seen(ada, nonce)).toMatchObject({ isValidated: true, secret: '', token: '' });
    expect(await bob.refusal(getNonce, { name: nonce.id })).toMatchObject({ code: 'NONCE_NOT_FOUND', field: 'name' });
  });

  it('is what node shows, too', async () => {
    const [waiting, approved] = [await newNonce(), await newNonce()];
    await ada.ask(validate, approved);
    const nodes = 'query ($ids: [ID!]!) { nodes(ids: $ids) { id ... on Nonce { name secret token } } }';
    const found = async (ask: TestAccount['ask']) =>
      (await ask(nodes, { ids: [approved.id, waiting.id, encodeId('Nonce', 999_999)] })).data.nodes;
    const shown = ({ id }: { id: string }) => ({ id, name: 'wasmer-cli', secret: '', token: '' });
    expect(await found(ada.ask)).toEqual([shown(approved), shown(waiting), null]);
    expect(await found(bob.ask)).toEqual([null, shown(waiting), null]);
    expect(await found(server.ask)).toEqual([null, null, null]);
  });

  it('needs a login, and finds nothing by name or by what is no id', async () => {
    const { id } = await newNonce();
    expect(await refusalOf(server.ask)(getNonce, { name: id })).toMatchObject({ code: 'UNAUTHENTICATED' });
    for (const name of ['wasmer-cli', '', 'nnc_\0', ada.id, encodeId('Nonce', 999_999)]) {
      expect(await ada.refusal(getNonce, { name })).toMatchObject({ code: 'NONCE_NOT_FOUND' });
    }
  });
});

it('is forgotten some time after its ten minutes', async () => {
  const [old, young] = [await newNonce(), await newNonce()];
  const { rows } = await server.database.pool.query(
    `SELECT extract(epoch FROM expires_at - created_at)::int AS seconds FROM store.nonces WHERE secret_hash = sha256(convert_to($1, 'UTF8'))`,
    [young.secret],
  );
  expect(rows).toEqual([{ seconds: 600 }]);
  await deleteOldNonces(server.database.pool);
  await expire(old);
  expect(await deleteOldNonces(server.database.pool)).toBe(1);
  expect(await ada.refusal(validate, old)).toMatchObject({ code: 'NONCE_NOT_FOUND' });
  expect((await ada.ask(validate, young)).data.validateNonce.nonce.isValidated).toBe(true);
});
