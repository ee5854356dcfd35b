import { account, startAccounts, type AccountsServer, type TestAccount } from './kit.js';

let server: AccountsServer;
let ada: TestAccount;
let bob: TestAccount;

beforeAll(async () => {
  server = await startAccounts();
  [ada, bob] = [await account(server, 'ada'), await account(server, 'bob')];
});

afterAll(() => server.close());

const create = `mutation ($input: CreateNamespaceInput!) {
  createNamespace(input: $input) { clientMutationId user { username } namespace { id globalId globalName name displayName description createdAt updatedAt } }
}`;
const update = `mutation ($input: UpdateNamespaceInput!) {
  updateNamespace(input: $input) { clientMutationId namespace { id name displayName description githubHandle twitterHandle websiteUrl } }
}`;
const remove = `mutation ($input: DeleteNamespaceInput!) { deleteNamespace(input: $input) { success clientMutationId } }`;
const get = `query ($name: String!) { getNamespace(name: $name) { id name globalName description } }`;
const byName = async (name: string) => (await server.ask(get, { name })).data.getNamespace;
const created = async (who: TestAccount, input: object) =>
  (await who.ask(create, { input })).data.createNamespace.namespace;

describe('createNamespace', () => {
  it('shows the namespace in its answer and to everybody right after', async () => {
    const input = {
      name: 'Acme',
      displayName: 'Acme Inc.',
      description: 'Tools',
      avatar: null,
      clientMutationId: 'c1',
    };
    const { data, errors } = await ada.ask(create, { input });
    expect(errors).toBeUndefined();
    expect(data.createNamespace).toMatchObject({
      clientMutationId: 'c1',
      user: { username: 'ada' },
      namespace: { name: 'Acme', globalName: 'Acme', displayName: 'Acme Inc.', description: 'Tools' },
    });
    expect(data.createNamespace.namespace.id).toMatch(/^ns_\w{12,}$/);
    expect(data.createNamespace.namespace.createdAt).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}\+00:00$/);
    expect(await byName('ACME')).toMatchObject({ id: data.createNamespace.namespace.id, name: 'Acme' });
  });

  it('needs a login', async () => {
    const { errors, status } = await server.ask(create, { input: { name: 'nobody' } });
    expect([status, errors![0]!.extensions!.code]).toEqual([200, 'UNAUTHENTICATED']);
  });

  it('refuses a name that a namespace or a user has, in any case', async () => {
    await created(ada, { name: 'taken' });
    for (const name of ['taken', 'TAKEN', 'bob']) {
      expect(await bob.refusal(create, { input: { name } })).toMatchObject({ code: 'NAME_TAKEN', field: 'name' });
    }
  });

  it.each([
    ['a name with a blank', { name: 'no way' }, 'INVALID_NAME', 'name'],
    ['a reserved name', { name: 'graphql' }, 'INVALID_NAME', 'name'],
    ['a text that is too long', { name: 'fine', description: 'x'.repeat(1001) }, 'BAD_USER_INPUT', 'description'],
    ['a character that cannot be stored', { name: 'fine', description: 'a\0b' }, 'INVALID_TEXT', undefined],
  ])('refuses %s, names the field, and takes nothing', async (_, input, code, field) => {
    const refusal = await ada.refusal(create, { input });
    expect(refusal.code).toBe(code);
    if (field) expect(refusal.field).toBe(field);
    expect(await byName(input.name)).toBeNull();
  });

  it('lets one of many win a name', async () => {
    const answers = await Promise.all(
      Array.from({ length: 12 }, () => ada.ask(create, { input: { name: 'contested' } })),
    );
    expect(answers.filter(({ data }) => data?.createNamespace).length).toBe(1);
    expect(answers.filter(({ errors }) => errors?.[0]?.extensions?.code === 'NAME_TAKEN').length).toBe(11);
  });
});

describe('updateNamespace', () => {
  it('renames, keeps the id, and frees the old name', async () => {
    const { id } = await created(ada, { name: 'before' });
    const { data } = await ada.ask(update, {
      input: { namespaceId: id, name: 'after', github: 'gh', twitter: 'tw', websiteUrl: 'https://a.example' },
    });
    expect(data.updateNamespace.namespace).toEqual({
      id,
      name: 'after',
      displayName: null,
      description: '',
      githubHandle: 'gh',
      twitterHandle: 'tw',
      websiteUrl: 'https://a.example',
    });
    expect(await byName('before')).toBeNull();
    expect(await byName('after')).toMatchObject({ id });
    await created(bob, { name: 'before' });
  });

  it('keeps its own name in another case', async () => {
    const { id } = await created(ada, { name: 'casing' });
    const { data } = await ada.ask(update, { input: { namespaceId: id, name: 'CaSiNg' } });
    expect(data.updateNamespace.namespace.name).toBe('CaSiNg');
    expect(await bob.refusal(create, { input: { name: 'casing' } })).toMatchObject({ code: 'NAME_TAKEN' });
  });

  it('leaves what is null as it is and clears what is empty', async () => {
    const { id } = await created(ada, { name: 'texts', displayName: 'Texts', description: 'Some' });
    await ada.ask(update, { input: { namespaceId: id, name: null, displayName: null, description: '' } });
    const { data } = await ada.ask(update, { input: { namespaceId: id } });
    expect(data.updateNamespace.namespace).toMatchObject({ name: 'texts', displayName: 'Texts', description: '' });
  });

  it('answers strangers as if it did not exist', async () => {
    const { id } = await created(ada, { name: 'private-matters' });
    const known = await bob.refusal(update, { input: { namespaceId: id, description: 'mine' } });
    const unknown = await bob.refusal(update, { input: { namespaceId: 'ns_BRa7Iet0imKV', description: 'mine' } });
    expect(known.code).toBe('NAMESPACE_NOT_FOUND');
    expect(unknown.code).toBe('INVALID_ID');
    await ada.ask(remove, { input: { namespaceId: id } });
    expect({
      ...(await bob.refusal(update, { input: { namespaceId: id, description: 'mine' } })),
      requestId: '',
    }).toEqual({ ...known, requestId: '' });
  });

  it('refuses an address that is none, and an id of another kind', async () => {
    const { id } = await created(ada, { name: 'addresses' });
    expect(await ada.refusal(update, { input: { namespaceId: id, websiteUrl: 'javascript:alert(1)' } })).toMatchObject({
      code: 'BAD_USER_INPUT',
      field: 'websiteUrl',
    });
    expect(await ada.refusal(update, { input: { namespaceId: ada.id } })).toMatchObject({
      code: 'INVALID_ID',
      field: 'namespaceId',
    });
  });
});

describe('deleteNamespace', () => {
  it('deletes, frees the name, and is refused the second time', async () => {
    const { id } = await created(ada, { name: 'short-lived' });
    expect((await ada.ask(remove, { input: { namespaceId: id } })).data.deleteNamespace).toMatchObject({
      success: true,
    });
    expect(await byName('short-lived')).toBeNull();
    expect(await ada.refusal(remove, { input: { namespaceId: id } })).toMatchObject({ code: 'NAMESPACE_NOT_FOUND' });
    const again = await created(bob, { name: 'short-lived' });
    expect(again.id).not.toBe(id);
  });
});

describe('clientMutationId', () => {
  it('makes a repeat change nothing and answer the same', async () => {
    const input = { name: 'once', clientMutationId: 'sm_1' };
    const [first, second] = [
      await ada.ask(create, { input }),
      await ada.ask(create, { input: { clientMutationId: 'sm_1', name: 'once', displayName: null } }),
    ];
    expect(second.data).toEqual(first.data);
  });

  it('makes concurrent twins one', async () => {
    const input = { name: 'twins', clientMutationId: 'sm_2' };
    const answers = await Promise.all(Array.from({ length: 6 }, () => ada.ask(create, { input })));
    expect(new Set(answers.map(({ data }) => data.createNamespace.namespace.id)).size).toBe(1);
  });

  it('refuses other input under the same id', async () => {
    await created(ada, { name: 'fixed', clientMutationId: 'sm_3' });
    expect(await ada.refusal(create, { input: { name: 'other', clientMutationId: 'sm_3' } })).toMatchObject({
      code: 'client_mutation_id_conflict',
      field: 'clientMutationId',
    });
  });

  it("is none when it is empty, as old clients send it, and is each caller's own", async () => {
    await created(ada, { name: 'empty-1', clientMutationId: '' });
    await created(ada, { name: 'empty-2', clientMutationId: '' });
    await created(ada, { name: 'own-1', clientMutationId: 'shared' });
    await created(bob, { name: 'own-2', clientMutationId: 'shared' });
  });
});

it('costs few SQL statements', async () => {
  await created(ada, { name: 'warm-up' });
  const { id } = await created(ada, { name: 'measured' });
  // One to authenticate, one to load, one to append, the rows of the answer; the wait for the read model costs none.
  expect(await server.statements(() => ada.ask(create, { input: { name: 'measured-2' } }))).toBeLessThanOrEqual(6);
  expect(await server.statements(() => ada.ask(update, { input: { namespaceId: id, name: 'measured-3' } }))).toBe(4);
  expect(await server.statements(() => server.ask(get, { name: 'measured-3' }))).toBe(1);
});
