import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { pictureLimits } from '../../../src/core/picture/picture.limits.js';
import { account, startAccounts, type AccountsServer, type TestAccount } from './kit.js';

let server: AccountsServer;
let ada: TestAccount;

beforeAll(async () => {
  server = await startAccounts();
  ada = await account(server, 'ada');
});

afterAll(() => server.close());

const png = (background: string, width = 600, height = 300) =>
  sharp({ create: { width, height, channels: 3, background } })
    .png()
    .toBuffer();

const create = `mutation ($input: CreateNamespaceInput!) {
  createNamespace(input: $input) { namespace { id name avatar avatarUpdatedAt } }
}`;
const update = `mutation ($input: UpdateNamespaceInput!) {
  updateNamespace(input: $input) { namespace { id avatar avatarUpdatedAt } }
}`;

/** As the GraphQL multipart request specification says, with the file as `avatarUpload`. */
async function withFile(query: string, input: object, content: Buffer | string, token = ada.token) {
  const form = new FormData();
  form.append('operations', JSON.stringify({ query, variables: { input: { ...input, avatarUpload: null } } }));
  form.append('map', '{"0":["variables.input.avatarUpload"]}');
  form.append('0', new Blob([content], { type: 'image/png' }), 'avatar.png');
  const headers = { authorization: `Bearer ${token}` };
  const response = await fetch(server.graphqlUrl, { method: 'POST', body: form, headers });
  const { data, errors } = (await response.json()) as { data?: any; errors?: any[] };
  return { data, errors, refusal: errors?.[0]?.extensions };
}

const created = async (name: string, content: Buffer) =>
  (await withFile(create, { name }, content)).data.createNamespace.namespace;
/** The public URL says localhost, which may be another address here. */
const get = (url: string, init?: RequestInit) => fetch(url.replace('//localhost:', '//127.0.0.1:'), init);
const facts = async (response: Response) => {
  const { format, width, height } = await sharp(Buffer.from(await response.arrayBuffer())).metadata();
  return { status: response.status, format, width, height };
};

describe('createNamespace with a picture', () => {
  it('takes it as the seeding suite sends it, and shows it at once', async () => {
    const { data, errors } = await withFile(create, { name: 'wasmer', clientMutationId: 'seed' }, await png('#00f'));
    expect(errors).toBeUndefined();
    const { avatar, avatarUpdatedAt } = data.createNamespace.namespace;
    expect(avatar).toMatch(new RegExp(`^http://localhost:${new URL(server.url).port}/avatars/[0-9a-f]{64}$`));
    expect(avatarUpdatedAt).toMatch(/\+00:00$/);
    expect(await facts(await get(avatar))).toEqual({ status: 200, format: 'webp', width: 512, height: 256 });
  });

  it('is repeated with the same file, and refused with another', async () => {
    const input = { name: 'repeated', clientMutationId: 'r1' };
    const first = await withFile(create, input, await png('#010203'));
    expect(await withFile(create, input, await png('#010203'))).toEqual(first);
    expect((await withFile(create, input, await png('#030201'))).refusal).toMatchObject({
      code: 'client_mutation_id_conflict',
    });
  });

  it.each<[string, () => string | Buffer | Promise<Buffer>, string]>([
    ['an SVG', () => '<svg xmlns="http://www.w3.org/2000/svg"/>', 'a PNG, JPEG, WebP or GIF'],
    ['nothing', () => '', 'a PNG, JPEG, WebP or GIF'],
    ['half a picture', async () => (await png('#123456')).subarray(0, 300), 'whole, and decoded within 10 s'],
    ['too many bytes', () => Buffer.alloc(pictureLimits.inputBytes + 1), `at most ${pictureLimits.inputBytes} bytes`],
  ])('refuses %s by name and makes no namespace', async (_, content, rule) => {
    const { refusal } = await withFile(create, { name: 'pictureless' }, await content());
    expect(refusal).toMatchObject({ code: 'INVALID_PICTURE', field: 'avatarUpload', rule });
    const { data } = await server.ask('{ getNamespace(name: "pictureless") { id } }');
    expect(data.getNamespace).toBeNull();
  });

  it('needs a login before anything is kept', async () => {
    const before = readdirSync(join(server.dataDir, 'blobs'), { recursive: true }).length;
    expect((await withFile(create, { name: 'nobodys' }, await png('#abcdef'), '')).refusal).toMatchObject({
      code: 'UNAUTHENTICATED',
    });
    expect(readdirSync(join(server.dataDir, 'blobs'), { recursive: true }).length).toBe(before);
  });
});

describe('the deprecated text', () => {
  const asText = async (name: string, avatar: string) => ada.ask(create, { input: { name, avatar } });

  it('is a data URL', async () => {
    const { data } = await asText('by-text', `data:image/png;base64,${(await png('#0f0')).toString('base64')}`);
    expect(await facts(await get(data.createNamespace.namespace.avatar))).toMatchObject({ format: 'webp', width: 512 });
  });

  it.each([
    ['https://example.com/a.png', 'BAD_USER_INPUT'],
    ['data:image/png;base64,', 'BAD_USER_INPUT'],
    ['data:text/html;base64,aGVsbG8=', 'BAD_USER_INPUT'],
    ['data:image/png;base64,aGVsbG8=', 'INVALID_PICTURE'],
  ])('is nothing else: %s', async (avatar, code) => {
    expect(await ada.refusal(create, { input: { name: 'by-link', avatar } })).toMatchObject({ code, field: 'avatar' });
  });
});

describe('updateNamespace', () => {
  it('replaces the picture, leaves it, and clears it; a picture that nobody has is gone', async () => {
    const { id, avatar } = await created('changing', await png('#100'));
    const replaced = (await withFile(update, { namespaceId: id }, await png('#200'))).data.updateNamespace.namespace;
    expect([(await get(avatar)).status, (await get(replaced.avatar)).status]).toEqual([404, 200]);

    const left = await ada.ask(update, {
      input: { namespaceId: id, description: 'x', avatar: null, avatarUpload: null },
    });
    expect(left.data.updateNamespace.namespace).toEqual(replaced);

    const { data } = await ada.ask(update, { input: { namespaceId: id, avatar: '' } });
    const cleared = data.updateNamespace.namespace;
    expect(cleared.avatar).toMatch(/\/avatars\/initial\/c-\d+\.svg$/);
    expect(cleared.avatarUpdatedAt > replaced.avatarUpdatedAt).toBe(true);
    expect((await get(replaced.avatar)).status).toBe(404);
  });

  it('keeps a picture that another has, too', async () => {
    const [one, other] = [await created('same-1', await png('#300')), await created('same-2', await png('#300'))];
    expect(one.avatar).toBe(other.avatar);
    await ada.ask(update, { input: { namespaceId: one.id, avatar: '' } });
    expect((await get(other.avatar)).status).toBe(200);
  });
});

describe('updateUserInfo', () => {
  const profile =
    'mutation ($input: UpdateUserInfoInput!) { updateUserInfo(input: $input) { user { avatar(size: 100) } } }';
  const seen = async (username: string) =>
    (await server.ask('query ($username: String!) { getUser(username: $username) { avatar } }', { username })).data
      .getUser?.avatar;
  const set = async (content: Buffer, token: string) =>
    (await withFile(profile, {}, content, token)).data.updateUserInfo.user.avatar as string;

  it('sets the picture for everybody to see, in the size that is asked for, and clears it', async () => {
    const bob = await account(server, 'bob');
    const avatar = await set(await png('#600'), bob.token);
    expect(await facts(await get(avatar))).toMatchObject({ format: 'webp', width: 160 });
    expect(await seen('bob')).toBe(avatar.replace('size=160', 'size=80'));
    await bob.ask(profile, { input: { avatar: '' } });
    expect(await seen('bob')).toMatch(/\/avatars\/initial\/b-\d+\.svg$/);
    expect((await get(avatar)).status).toBe(404);
  });

  it('refuses what is no picture, and changes nothing', async () => {
    const before = await seen('ada');
    const { refusal } = await withFile(profile, { bio: 'new' }, 'text');
    expect(refusal).toMatchObject({ code: 'INVALID_PICTURE', field: 'avatarUpload' });
    const { data } = await ada.ask('{ viewer { bio avatar } }');
    expect(data.viewer).toEqual({ bio: null, avatar: before });
  });

  it('shows the picture of an erased account to nobody, whatever was kept ready', async () => {
    const cyd = await account(server, 'cyd');
    const avatar = await set(await png('#700'), cyd.token);
    expect((await get(avatar)).status).toBe(200);
    await cyd.ask('mutation ($input: DeleteUserInput!) { deleteUser(input: $input) { deleted } }', {
      input: { userId: cyd.id },
    });
    expect([(await get(avatar)).status, await seen('cyd')]).toEqual([404, undefined]);
  });
});

describe('GET /avatars', () => {
  it('gives a picture in the next size that there is', async () => {
    const { avatar } = await created('sized', await png('#400'));
    const widths = [];
    for (const size of ['40', '41', '200', '9999', '0', '-1', 'x']) {
      widths.push((await facts(await get(`${avatar}?size=${size}`))).width);
    }
    expect(widths).toEqual([40, 80, 320, 512, 40, 512, 512]);
  });

  it('may be kept, shown anywhere, and taken for nothing else', async () => {
    const { avatar } = await created('kept', await png('#500'));
    const { headers } = await get(`${avatar}?size=80`);
    expect(Object.fromEntries(headers)).toMatchObject({
      'content-type': 'image/webp',
      'cache-control': 'public, max-age=86400, immutable',
      'x-content-type-options': 'nosniff',
      'cross-origin-resource-policy': 'cross-origin',
      'access-control-allow-origin': '*',
      'content-security-policy': expect.stringContaining("default-src 'none'"),
    });
    const etag = headers.get('etag')!;
    const again = await get(`${avatar}?size=80`, { headers: { 'if-none-match': etag } });
    expect([again.status, await again.text()]).toEqual([304, '']);
    expect((await get(`${avatar}?size=320`, { headers: { 'if-none-match': etag } })).status).toBe(200);
  });

  it.each(['0'.repeat(64), 'abc', '..%2f..%2fkeys', 'initial/a-99.svg', 'initial/%2e%2e', ''])(
    'has nothing at %s',
    async (path) => {
      const response = await get(`${server.url}/avatars/${path}`);
      expect(response.status).toBe(404);
      expect(response.headers.get('cache-control')).toBe('no-store');
    },
  );

  it('draws an initial for users and namespaces without a picture', async () => {
    await ada.ask('mutation { createNamespace(input: { name: "Plain" }) { namespace { id } } }');
    const { data } = await ada.ask(
      '{ viewer { avatar small: avatar(size: 40) } getNamespace(name: "plain") { avatar avatarUpdatedAt } }',
    );
    expect(data.getNamespace.avatarUpdatedAt).toBeNull();
    for (const [url, letter] of [
      [data.viewer.avatar, 'A'],
      [data.viewer.small, 'A'],
      [data.getNamespace.avatar, 'P'],
    ]) {
      const response = await get(url);
      expect([response.status, response.headers.get('content-type')]).toEqual([200, 'image/svg+xml']);
      expect(await response.text()).toContain(`>${letter}</text>`);
    }
  });
});

it('takes the plain form of the old CLI, with its token and without one', async () => {
  const whoAmI = async (token: string) => {
    const form = new FormData();
    form.append('query', 'query WhoAmIQuery { viewer { username } }');
    form.append('operationName', 'WhoAmIQuery');
    form.append('variables', '{}');
    const headers = { authorization: `Bearer ${token}` };
    return (await (await fetch(server.graphqlUrl, { method: 'POST', body: form, headers })).json()) as object;
  };
  expect(await whoAmI(ada.token)).toEqual({ data: { viewer: { username: 'ada' } } });
  expect(await whoAmI('')).toEqual({ data: { viewer: null } });
});
