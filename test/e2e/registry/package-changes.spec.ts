import sharp from 'sharp';
import { account, startAccounts, type AccountsServer, type TestAccount } from '../accounts/kit.js';
import {
  asked,
  namespaceOf,
  packageTarball,
  publish,
  publishMutation,
  reached,
  sent,
  webc,
  type TestVersion,
} from './kit.js';
import { sha256 } from '../../kit/webc-file.js';

let server: AccountsServer;
let ann: TestAccount;
let bob: TestAccount;
let tool: TestVersion;

beforeAll(async () => {
  server = await startAccounts();
  [ann, bob] = await Promise.all([account(server, 'ann'), account(server, 'bob')]);
  tool = await publish(ann, 'ann/tool', '1.0.0');
});
afterAll(() => server.close());

const notFound = (field: string) => ({ code: 'PACKAGE_NOT_FOUND', field });

describe('archivePackage', () => {
  const mutation = `mutation ($input: ArchivePackageInput!) { archivePackage(input: $input) { package { id isArchived } } }`;
  const archive = async (more = {}) =>
    (await asked(ann, mutation, { packageId: tool.package.id, ...more })).archivePackage.package;

  it('archives, also when it is sent twice; an archived package takes no new versions, and is still found', async () => {
    expect(await archive()).toEqual({ id: tool.package.id, isArchived: true });
    expect(await archive()).toEqual({ id: tool.package.id, isArchived: true });
    await expect(publish(ann, 'ann/tool', '1.1.0')).rejects.toThrow('PACKAGE_IS_ARCHIVED');
    const { data } = await server.ask('{ getPackage(name: "ann/tool") { isArchived lastVersion { version } } }');
    expect(data.getPackage).toEqual({ isArchived: true, lastVersion: { version: '1.0.0' } });
  });

  it('takes it out of the archive', async () => {
    expect(await archive({ isArchived: false })).toEqual({ id: tool.package.id, isArchived: false });
    expect((await publish(ann, 'ann/tool', '1.1.0')).version).toBe('1.1.0');
  });

  it('refuses strangers, and ids of other things', async () => {
    const input = { packageId: tool.package.id };
    expect(await bob.refusal(mutation, { input })).toMatchObject(notFound('packageId'));
    expect(await ann.refusal(mutation, { input: { packageId: tool.id } })).toMatchObject({
      code: 'INVALID_ID',
      field: 'packageId',
    });
  });
});

describe('makePackagePublic', () => {
  const mutation = `mutation ($input: MakePackagePublicInput!) { makePackagePublic(input: $input) { package { id private } } }`;

  it('shows everybody what was private, and never hides it again', async () => {
    const secret = await publish(ann, 'ann/secret', '1.0.0', { private: true });
    const seen = async () =>
      (await server.ask('{ getPackage(name: "ann/secret") { versions { version } } }')).data.getPackage;
    expect(await seen()).toBeNull();
    const input = { id: secret.package.id };
    // A stranger hears the same as of one that does not exist.
    expect(await bob.refusal(mutation, { input })).toMatchObject(notFound('id'));
    expect((await asked(ann, mutation, input)).makePackagePublic.package).toEqual({ ...input, private: false });
    expect(await seen()).toEqual({ versions: [{ version: '1.0.0' }] });
    await expect(publish(ann, 'ann/secret', '1.1.0', { private: true })).rejects.toThrow('PACKAGE_IS_PUBLIC');
  });
});

describe('updatePackage', () => {
  const mutation = `mutation ($input: UpdatePackageInput!) {
    updatePackage(input: $input) { package { icon appIcon iconUpdatedAt } clientMutationId }
  }`;
  const png = (background: string) =>
    sharp({ create: { width: 600, height: 300, channels: 3, background } })
      .png()
      .toBuffer();
  const asText = async (background: string) => `data:image/png;base64,${(await png(background)).toString('base64')}`;
  const update = async (more: object, packageId = tool.package.id) =>
    (await asked(ann, mutation, { packageId, ...more })).updatePackage.package;
  const get = (url: string) => fetch(reached(url));

  async function withFile(input: object, content: Buffer) {
    const form = new FormData();
    const variables = { input: { ...input, iconUpload: null } };
    form.append('operations', JSON.stringify({ query: mutation, variables }));
    form.append('map', '{"0":["variables.input.iconUpload"]}');
    form.append('0', new Blob([content], { type: 'image/png' }), 'icon.png');
    const headers = { authorization: `Bearer ${ann.token}` };
    const response = await fetch(server.graphqlUrl, { method: 'POST', body: form, headers });
    return (await response.json()) as { data?: any; errors?: any[] };
  }

  it('sets the picture by file for everybody to see, in the size that is asked for', async () => {
    const { data } = await withFile({ packageId: tool.package.id }, await png('#00f'));
    const { icon, appIcon, iconUpdatedAt } = data.updatePackage.package;
    expect(icon).toMatch(new RegExp(`^http://localhost:${new URL(server.url).port}/packages/icons/[0-9a-f]{64}$`));
    expect(appIcon).toBe(icon);
    expect(iconUpdatedAt).toMatch(/\+00:00$/);
    const response = await get(`${icon}?size=50`);
    expect(response.headers.get('cross-origin-resource-policy')).toBe('cross-origin');
    const { format, width, height } = await sharp(Buffer.from(await response.arrayBuffer())).metadata();
    expect({ format, width, height }).toEqual({ format: 'webp', width: 80, height: 40 });
  });

  it('replaces it by a text, leaves it, and clears it; an icon that no package has is gone', async () => {
    const before = await update({ icon: await asText('#100') });
    const replaced = await update({ icon: await asText('#200') });
    expect([(await get(before.icon)).status, (await get(replaced.icon)).status]).toEqual([404, 200]);
    expect(await update({ icon: null, iconUpload: null })).toEqual(replaced);
    const cleared = await update({ icon: '' });
    expect(cleared.icon).toMatch(/\/avatars\/initial\/t-\d+\.svg$/);
    expect(cleared.iconUpdatedAt > replaced.iconUpdatedAt).toBe(true);
    expect((await get(replaced.icon)).status).toBe(404);
  });

  it('serves no other content of the store, and none of a package whose owner is gone', async () => {
    const { id } = await namespaceOf(ann, 'passing');
    const passing = await publish(ann, 'passing/tool', '1.0.0');
    const { icon } = await update({ icon: await asText('#300') }, passing.package.id);
    expect((await get(icon)).status).toBe(200);
    const mutationOfEnd = 'mutation ($input: DeleteNamespaceInput!) { deleteNamespace(input: $input) { success } }';
    await asked(ann, mutationOfEnd, { namespaceId: id });
    expect((await get(icon)).status).toBe(404);
    const { data } = await ann.ask('{ getPackageVersion(name: "ann/tool") { distribution { webcSha256Hash } } }');
    const { webcSha256Hash } = data.getPackageVersion.distribution;
    for (const hash of [webcSha256Hash, 'x', '%2e%2e'])
      expect((await fetch(`${server.url}/packages/icons/${hash}`)).status).toBe(404);
  });

  it('refuses strangers before it looks at the picture, and what is no picture', async () => {
    const input = { packageId: tool.package.id, icon: 'data:image/png;base64,aGVsbG8=' };
    expect(await bob.refusal(mutation, { input })).toMatchObject(notFound('packageId'));
    expect(await ann.refusal(mutation, { input })).toMatchObject({ code: 'INVALID_PICTURE', field: 'icon' });
    const { errors } = await withFile({ packageId: tool.package.id }, Buffer.from('hello'));
    expect(errors![0].extensions).toMatchObject({ code: 'INVALID_PICTURE', field: 'iconUpload' });
  });
});

const publishFile = (input: object) => asked(ann, publishMutation, { manifest: '', ...input });

it('a package has the keywords of its highest version, which are found by their ids', async () => {
  const query = `query ($name: String!, $after: String) {
    getPackage(name: $name) {
      keywords(first: 1, after: $after) { totalCount pageInfo { hasNextPage endCursor } edges { node { id name } } }
    }
  }`;
  const keywords = async (name: string, after?: string) =>
    (await server.ask(query, { name, after })).data.getPackage?.keywords;
  const node = async (id: string, by = server.ask) =>
    (await by('query ($id: ID!) { node(id: $id) { __typename id ... on PackageKeyword { name } } }', { id })).data.node;
  const publishWords = async (version: string) =>
    publishFile({ signedUrl: await sent(ann, packageTarball('ann/words', version)) });
  await publishWords('1.0.0');
  const first = await keywords('ann/words');
  expect(first).toMatchObject({ totalCount: 2, edges: [{ node: { name: 'greeting' } }] });
  expect(first.pageInfo.hasNextPage).toBe(true);
  const second = await keywords('ann/words', first.pageInfo.endCursor);
  expect(second.edges).toMatchObject([{ node: { name: 'demo' } }]);
  for (const { node: keyword } of [...first.edges, ...second.edges])
    expect(await node(keyword.id)).toEqual({ __typename: 'PackageKeyword', ...keyword });
  await publishWords('1.0.0-rc.1');
  expect(await keywords('ann/words')).toEqual(first);
  await publishWords('1.1.0');
  expect((await keywords('ann/words')).edges[0].node).toMatchObject({ name: 'greeting' });
  // The version that it stood in is still there.
  expect(await node(first.edges[0].node.id)).toMatchObject({ name: 'greeting' });

  const secret = { private: true, signedUrl: await sent(ann, packageTarball('ann/hushed', '1.0.0')) };
  await publishFile(secret);
  const { data } = await ann.ask(query, { name: 'ann/hushed' });
  const { id } = data.getPackage.keywords.edges[0].node;
  expect([await node(id), await node(id, ann.ask)]).toMatchObject([null, { name: 'greeting' }]);
});

it('a file of a private package is as private as that, though nobody says so', async () => {
  const first = webc({ volumes: { '/a': { file: 'hidden 1' } } });
  const second = webc({ volumes: { '/a': { file: 'hidden 2' } } });
  const input = { name: 'ann/hidden', version: '1.0.0' };
  await publishFile({ ...input, private: true, signedUrl: await sent(ann, first) });
  await publishFile({ ...input, version: '1.1.0', signedUrl: await sent(ann, second) });
  const query = 'query ($hash: String!) { getPackageRelease(hash: $hash) { tag } }';
  for (const file of [first, second])
    expect((await server.ask(query, { hash: sha256(file).toString('hex') })).data.getPackageRelease).toBeNull();
});
