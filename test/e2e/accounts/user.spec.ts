import { EventStore } from '../../../src/core/event-store/event-store.js';
import { decodeId, encodeId } from '../../../src/core/ids/global-id.js';
import { appendRequest, to } from '../../kit/event-store.js';
import { json } from '../../kit/operator.js';
import { runProgram } from '../../kit/program.js';
import { serverEnvironment } from '../../kit/server.js';
import {
  account,
  refusalOf,
  registerMutation,
  startAccounts,
  type AccountsServer,
  type Ask,
  type TestAccount,
} from './kit.js';

let server: AccountsServer;
let askAsOperator: Ask;
/** Whose profile refuses everything. */
let picky: TestAccount;

beforeAll(async () => {
  server = await startAccounts();
  const env = serverEnvironment(server.dataDir, server.database);
  picky = await account(server, 'picky');
  askAsOperator = server.askAs(json(await runProgram(['users', 'token', 'operator', '--json'], env)).token);
});

afterAll(() => server.close());

const profile = 'username fullName bio location githubUrl twitterUrl websiteUrl';
const update = `mutation ($input: UpdateUserInfoInput!) { updateUserInfo(input: $input) { user { ${profile} } clientMutationId } }`;
const rename = `mutation ($input: ChangeUserUsernameInput!) { changeUserUsername(input: $input) { token user { id username globalName } clientMutationId } }`;
const exists = `mutation ($input: CheckUserExistsInput!) { checkUserExists(input: $input) { exists user { username email } clientMutationId } }`;
const remove = `mutation ($input: DeleteUserInput!) { deleteUser(input: $input) { deleted userId clientMutationId } }`;
const createNamespace = `mutation ($input: CreateNamespaceInput!) { createNamespace(input: $input) { namespace { id } } }`;
const checked = async (user: string) => (await server.ask(exists, { input: { user } })).data.checkUserExists;

describe('updateUserInfo', () => {
  const everything = {
    fullName: 'Ada King',
    bio: 'Notes on engines',
    location: 'London',
    github: 'ada-king',
    twitter: 'ada_king',
    websiteUrl: 'https://ada.example/notes',
  };

  it('changes what is given, leaves what is null, clears what is empty', async () => {
    const ada = await account(server, 'ada');
    const { data, errors } = await ada.ask(update, { input: { ...everything, avatar: null, clientMutationId: 'u1' } });
    expect(errors).toBeUndefined();
    expect(data.updateUserInfo).toEqual({
      clientMutationId: 'u1',
      user: {
        username: 'ada',
        fullName: 'Ada King',
        bio: 'Notes on engines',
        location: 'London',
        githubUrl: 'https://github.com/ada-king',
        twitterUrl: 'https://twitter.com/ada_king',
        websiteUrl: 'https://ada.example/notes',
      },
    });
    const input = { bio: null, location: '', github: '', twitter: '', websiteUrl: '', fullName: null };
    expect((await ada.ask(update, { input })).data.updateUserInfo.user).toEqual({
      username: 'ada',
      fullName: 'Ada King',
      bio: 'Notes on engines',
      location: null,
      githubUrl: null,
      twitterUrl: null,
      websiteUrl: null,
    });
  });

  it.each([
    ['fullName', 'x'.repeat(201)],
    ['bio', 'x'.repeat(1001)],
    ['location', 'x'.repeat(201)],
    ['github', 'a/../b'],
    ['github', 'x'.repeat(40)],
    ['twitter', 'a?b'],
    ['websiteUrl', 'javascript:alert(1)'],
    ['websiteUrl', 'ada.example'],
    ['websiteUrl', `https://ada.example/${'x'.repeat(500)}`],
    ['avatar', 'https://ada.example/a.png'],
  ])('refuses %s %j by name, and changes nothing', async (field, value) => {
    const refused = await picky.refusal(update, { input: { bio: 'must not stay', [field]: value } });
    expect(refused).toMatchObject({ code: 'BAD_USER_INPUT', field });
    expect((await picky.ask('{ viewer { bio } }')).data.viewer.bio).toBeNull();
  });

  it('refuses what cannot be stored', async () => {
    for (const bio of ['a\0b', 'a\ud800'])
      expect(await picky.refusal(update, { input: { bio } })).toMatchObject({ code: 'INVALID_TEXT', field: 'bio' });
    expect((await picky.ask('{ viewer { bio } }')).data.viewer.bio).toBeNull();
  });

  it('records the trace that a request belongs to, and no other text that stands in its place', async () => {
    const { id, token } = await account(server, 'tracy');
    const trace = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
    for (const [index, traceparent] of [trace, 'x'.repeat(12_000)].entries()) {
      await fetch(server.graphqlUrl, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${token}`, traceparent },
        body: JSON.stringify({ query: update, variables: { input: { userId: id, bio: `bio ${index}` } } }),
      });
    }
    const { rows } = await server.database.pool.query(
      `SELECT metadata->>'traceparent' AS trace FROM store.events WHERE type = 'accounts.user.profile-changed' ORDER BY position DESC LIMIT 2`,
    );
    expect(rows).toEqual([{ trace: null }, { trace }]);
  });

  it('names another account only for an operator', async () => {
    const [bob, carl] = [await account(server, 'bob'), await account(server, 'carl')];
    expect(await carl.refusal(update, { input: { userId: bob.id, bio: 'mine' } })).toMatchObject({ code: 'FORBIDDEN' });
    expect(await carl.refusal(update, { input: { userId: 'u_x', bio: 'mine' } })).toMatchObject({ code: 'INVALID_ID' });
    const { data } = await askAsOperator(update, { input: { userId: bob.id, bio: 'set by the operator' } });
    // Also an operator sees no real name.
    expect(data.updateUserInfo.user).toMatchObject({ username: 'bob', bio: 'set by the operator', fullName: '' });
    expect((await bob.ask(update, { input: { userId: bob.id, bio: 'mine' } })).data.updateUserInfo.user.bio).toBe(
      'mine',
    );
    expect(await refusalOf(server.ask)(update, { input: { bio: 'x' } })).toMatchObject({ code: 'UNAUTHENTICATED' });
  });
});

it('a stranger sees the public profile and nothing else', async () => {
  const dora = await account(server, 'dora');
  await dora.ask(update, { input: { bio: 'Sings', location: 'Rome' } });
  const all = `email ${profile} firstName lastName registerIntent isEmailValidated hasUsablePassword loginMethods isViewer`;
  const see = exists.replace('username email', all);
  const { user } = (await server.ask(see, { input: { user: 'dora' } })).data.checkUserExists;
  expect(user).toEqual({
    username: 'dora',
    bio: 'Sings',
    location: 'Rome',
    githubUrl: null,
    twitterUrl: null,
    websiteUrl: null,
    email: '',
    fullName: '',
    firstName: '',
    lastName: '',
    registerIntent: null,
    isEmailValidated: false,
    hasUsablePassword: null,
    loginMethods: [],
    isViewer: false,
  });
  const { viewer } = (await dora.ask(`{ viewer { hasUsablePassword loginMethods } }`)).data;
  expect(viewer).toEqual({ hasUsablePassword: true, loginMethods: ['PASSWORD'] });
});

describe('checkUserExists', () => {
  it('knows user names in any case, and tells nothing of addresses', async () => {
    const erin = await account(server, 'erin');
    expect(await checked('ERIN')).toEqual({
      exists: true,
      user: { username: 'erin', email: '' },
      clientMutationId: null,
    });
    for (const user of [erin.email, 'nobody', '', 'a\0b'])
      expect(await checked(user)).toMatchObject({ exists: false, user: null });
  });
});

describe('changeUserUsername', () => {
  it('takes the new name, keeps id, session and old name', async () => {
    const fay = await account(server, 'fay');
    const { data } = await fay.ask(rename, { input: { username: 'Fay-Two', clientMutationId: 'n1' } });
    expect(data.changeUserUsername).toEqual({
      token: null,
      user: { id: fay.id, username: 'Fay-Two', globalName: 'Fay-Two' },
      clientMutationId: 'n1',
    });
    expect((await fay.ask('{ viewer { username } }')).data.viewer.username).toBe('Fay-Two');
    expect([(await checked('fay')).exists, (await checked('fay-two')).exists]).toEqual([false, true]);
    const taken = { username: 'fay', email: 'other@example.com', password: 'another good one' };
    expect(await refusalOf(server.ask)(registerMutation, { input: taken })).toMatchObject({ code: 'NAME_TAKEN' });
    expect((await fay.ask(rename, { input: { username: 'fay' } })).data.changeUserUsername.user.username).toBe('fay');
  });

  it('refuses names that are taken, reserved or malformed, and a sixth one', async () => {
    const [gus, hal] = [await account(server, 'gus'), await account(server, 'hal')];
    await hal.ask(createNamespace, { input: { name: 'hals-things' } });
    const refused = async (username: string) => (await gus.refusal(rename, { input: { username } })).code;
    for (const username of ['HAL', 'hals-things', 'Hals_things']) expect(await refused(username)).toBe('NAME_TAKEN');
    for (const username of ['admin', 'Adm1n', '-gus', 'g', 'g u', 'x'.repeat(40)])
      expect(await refused(username)).toBe('INVALID_NAME');
    for (const username of ['gus2', 'gus3', 'gus4', 'gus5']) await gus.ask(rename, { input: { username } });
    expect(await gus.refusal(rename, { input: { username: 'gus6' } })).toMatchObject({
      code: 'TOO_MANY_NAMES',
      field: 'username',
    });
    expect((await gus.ask(rename, { input: { username: 'gus' } })).errors).toBeUndefined();
  });

  it('lets one of two win a name', async () => {
    const two = [await account(server, 'ira'), await account(server, 'jan')];
    const answers = await Promise.all(two.map(({ ask }) => ask(rename, { input: { username: 'contested' } })));
    expect(answers.filter(({ data }) => data?.changeUserUsername).length).toBe(1);
    expect(answers.flatMap(({ errors }) => errors?.map((error) => error.extensions!.code) ?? [])).toEqual([
      'NAME_TAKEN',
    ]);
  });
});

describe('names that look alike', () => {
  it.each([
    ['team-one', 'Team_One'],
    ['b0bby', 'bobby'],
    ['will-1', 'wi1l-l'],
  ])('%s keeps %s from users and namespaces', async (first, second) => {
    const owner = await account(server, first);
    const other = { username: second, email: `${second}@other.example`, password: 'another good one' };
    const refused = { code: 'NAME_TAKEN', rule: 'does not look like a name that is taken' };
    expect(await refusalOf(server.ask)(registerMutation, { input: other })).toMatchObject(refused);
    expect(await owner.refusal(createNamespace, { input: { name: second } })).toMatchObject(refused);
  });

  it('become free with a namespace that is renamed or deleted', async () => {
    const kim = await account(server, 'kim');
    const create = async (name: string) =>
      (await kim.ask(createNamespace, { input: { name } })).data?.createNamespace.namespace.id;
    const id = await create('kims-work');
    expect(await create('kims_work')).toBeUndefined();
    await kim.ask(
      `mutation ($id: ID!) { updateNamespace(input: { namespaceId: $id, name: "kims-play" }) { namespace { id } } }`,
      { id },
    );
    expect(await create('kims_work')).toBeTruthy();
    await kim.ask(`mutation ($id: ID!) { deleteNamespace(input: { namespaceId: $id }) { success } }`, { id });
    expect(await create('kims_play')).toBeTruthy();
  });
});

it('names from before looks were claimed can be changed and given back, and the log stays whole', async () => {
  const olga = await account(server, 'olga');
  const store = await EventStore.open(server.database.pool);
  const number = 4711;
  const data = { number, name: 'old-one', ownerId: `user-${decodeId('User', olga.id)}` };
  const created = {
    type: 'accounts.namespace.created',
    schemaVersion: 1,
    data,
    claims: { take: ['owner-name:old-one'] },
  };
  await store.append(appendRequest(to(`namespace-${number}`, 'none', created)));
  // Nobody knows that it looks like the old one.
  const pete = await account(server, 'old_one');
  const input = { namespaceId: encodeId('Namespace', number), name: 'new-one' };
  const update = `mutation ($input: UpdateNamespaceInput!) { updateNamespace(input: $input) { namespace { name } } }`;
  expect((await olga.ask(update, { input })).data.updateNamespace.namespace.name).toBe('new-one');
  expect(await pete.refusal(createNamespace, { input: { name: 'new_one' } })).toMatchObject({ code: 'NAME_TAKEN' });
  const env = serverEnvironment(server.dataDir, server.database);
  expect(json(await runProgram(['events', 'verify', '--json'], env)).findings).toEqual([]);
});

describe('deleteUser', () => {
  it('erases the account itself; its names stay taken, its address is free', async () => {
    const lou = await account(server, 'lou');
    await lou.ask(rename, { input: { username: 'lou-two' } });
    const { data } = await lou.ask(remove, { input: { userId: lou.id, clientMutationId: 'd' } });
    expect(data.deleteUser).toEqual({ deleted: true, userId: lou.id, clientMutationId: 'd' });
    expect((await lou.ask('{ viewer { id } }')).data.viewer).toBeNull();
    for (const username of ['lou', 'lou-two', 'lou_two']) {
      const heir = { username, email: lou.email, password: 'another good one' };
      expect(await refusalOf(server.ask)(registerMutation, { input: heir })).toMatchObject({ code: 'NAME_TAKEN' });
    }
    const heir = { username: 'heir', email: lou.email, password: 'another good one' };
    expect((await server.ask(registerMutation, { input: heir })).errors).toBeUndefined();
  });

  it('is for oneself and for operators', async () => {
    const [mia, nina] = [await account(server, 'mia'), await account(server, 'nina')];
    expect(await mia.refusal(remove, { input: { userId: nina.id } })).toMatchObject({ code: 'FORBIDDEN' });
    expect(await refusalOf(server.ask)(remove, { input: { userId: nina.id } })).toMatchObject({
      code: 'UNAUTHENTICATED',
    });
    expect((await askAsOperator(remove, { input: { userId: nina.id } })).data.deleteUser.deleted).toBe(true);
    expect((await checked('nina')).exists).toBe(false);
  });
});
