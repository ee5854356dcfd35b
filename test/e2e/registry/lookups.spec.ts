import { createHash } from 'node:crypto';
import { account, startAccounts, type AccountsServer, type TestAccount } from '../accounts/kit.js';
import { asked, namespaceOf, publish, sent, webc } from './kit.js';

let server: AccountsServer;
let ann: TestAccount;
let bob: TestAccount;

const fileOf = (text: string) => webc({ volumes: { '/public': { 'a.txt': text } } });
const shared = fileOf('shared');
const hash = createHash('sha256').update(shared).digest('hex');

beforeAll(async () => {
  server = await startAccounts();
  ann = await account(server, 'ann');
  bob = await account(server, 'bob');
  await namespaceOf(ann, 'acme');
  for (const version of ['0.9.0', '1.0.0', '1.2.0', '1.2.0+wasix.2', '1.10.0', '2.0.0-beta.1']) {
    await publish(ann, 'acme/tool', version, { content: fileOf(version), description: `Tool ${version}` });
  }
  await publish(ann, 'ann/secret', '1.0.0', { content: shared, private: true });
});
afterAll(() => server.close());

const versionOf = async (requirement: string | null, by = bob, name = 'acme/tool') => {
  const { data, errors } = await by.ask(
    'query ($name: String!, $version: String) { getPackageVersion(name: $name, version: $version) { version } }',
    { name, version: requirement },
  );
  expect(errors).toBeUndefined();
  return data.getPackageVersion?.version ?? null;
};

it.each([
  [null, '1.10.0'],
  ['latest', '1.10.0'],
  ['*', '1.10.0'],
  ['1.2.0', '1.2.0'],
  ['1.2.0+wasix.2', '1.2.0+wasix.2'],
  ['=1.2.0', '1.2.0+wasix.2'],
  ['^1.0', '1.10.0'],
  ['~1.2', '1.2.0+wasix.2'],
  ['<1', '0.9.0'],
  ['>=1, <1.10', '1.2.0+wasix.2'],
  ['2.0.0-beta.1', '2.0.0-beta.1'],
  ['^2', null],
  ['3.0.0', null],
  ['not a version', null],
  ['', '1.10.0'],
])('getPackageVersion(version: %j) is %j', async (requirement, expected) => {
  expect(await versionOf(requirement)).toBe(expected);
});

it('finds names in any case, and nothing by what is no name', async () => {
  expect(await versionOf('1.0.0', bob, 'ACME/Tool')).toBe('1.0.0');
  for (const name of ['tool', 'acme/', '/tool', 'acme/tool/x', 'acme/other', '', 'a\0b/c', 'acme/tool@1.0.0']) {
    expect(await versionOf('1.0.0', bob, name)).toBeNull();
  }
});

it('gives several in their order, in statements that do not grow with them', async () => {
  const names = ['acme/tool', 'nobody/nothing', 'ACME/tool', 'ann/secret', 'x'];
  const query = `query ($names: [String!]!) { getPackages(names: $names) { name versions { version } } }`;
  const answer = await bob.ask(query, { names });
  expect(answer.data.getPackages.map((found: any) => found?.name ?? null)).toEqual([
    'acme/tool',
    null,
    'acme/tool',
    null,
    null,
  ]);
  expect(answer.data.getPackages[0].versions).toHaveLength(6);
  // One for the token.
  expect(await server.statements(() => bob.ask(query, { names }))).toBe(2);

  const wanted = ['acme/tool', 'acme/tool@^1.0', 'acme/tool@1.0.0', 'acme/tool@~1.2', 'acme/none@1', 'ann/secret'];
  const versions = `query ($wanted: [String!]!) { getPackageVersions(names: $wanted) { version package { name } } }`;
  const { data } = await bob.ask(versions, { wanted });
  expect(data.getPackageVersions.map((found: any) => found?.version ?? null)).toEqual([
    '1.10.0',
    '1.10.0',
    '1.0.0',
    '1.2.0+wasix.2',
    null,
    null,
  ]);
  expect(await server.statements(() => bob.ask(versions, { wanted }))).toBe(4);
});

it('refuses more names than it looks up at once', async () => {
  const names = Array.from({ length: 251 }, () => 'acme/tool');
  for (const field of ['getPackages', 'getCommands', 'getPackageVersions']) {
    const selection = field === 'getCommands' ? 'command' : 'id';
    expect(
      await bob.refusal(`query ($names: [String!]!) { ${field}(names: $names) { ${selection} } }`, { names }),
    ).toMatchObject({
      code: 'BAD_USER_INPUT',
      field: 'names',
      rule: 'at most 250 names',
    });
  }
});

it('finds by hash, in either form, what the caller may see', async () => {
  const query = `query ($hash: String!) {
    release: getPackageRelease(hash: $hash) { tag webcV3 { webcSha256 } package { name } }
    same: getPackageHash(hash: $hash) { tag }
    image: getWebcImage(hash: $hash) { version webcSha256 }
    tagged: getPackageVersionByHash(name: "ann/secret", hash: $hash) { version }
    instance: getPackageInstanceByVersionOrHash(name: "ann/secret", hash: $hash) { __typename tag }
  }`;
  const nothing = { release: null, same: null, image: null, tagged: null, instance: null };
  for (const text of [hash, `sha256:${hash}`]) {
    expect((await bob.ask(query, { hash: text })).data).toEqual(nothing);
    expect((await ann.ask(query, { hash: text })).data).toEqual({
      release: { tag: `sha256:${hash}`, webcV3: { webcSha256: hash }, package: { name: 'ann/secret' } },
      same: { tag: `sha256:${hash}` },
      image: { version: 'V3', webcSha256: hash },
      tagged: { version: '1.0.0' },
      instance: { __typename: 'PackageVersion', tag: '1.0.0' },
    });
  }
  for (const text of ['', 'sha256:', hash.slice(1), `${hash}00`, 'x'.repeat(64)]) {
    expect((await ann.ask(query, { hash: text })).data).toEqual(nothing);
  }
});

it('shows a pushed file that no version was made of by its hash, and says that it has no package', async () => {
  const content = fileOf('untagged');
  const digits = createHash('sha256').update(content).digest('hex');
  const signedUrl = await sent(ann, content);
  const push = `mutation ($input: PushPackageReleaseInput!) { pushPackageRelease(input: $input) { success } }`;
  await asked(ann, push, { namespace: 'acme', signedUrl });
  const found = await bob.ask(
    `{ getPackageInstanceByVersionOrHash(name: "acme/tool", hash: "${digits}") { __typename tag isArchived } }`,
  );
  expect(found.data.getPackageInstanceByVersionOrHash).toEqual({
    __typename: 'PackageWebc',
    tag: `sha256:${digits}`,
    isArchived: false,
  });
  expect(await bob.refusal(`{ getPackageRelease(hash: "${digits}") { package { name } } }`)).toMatchObject({
    code: 'PACKAGE_RELEASE_UNTAGGED',
  });
});

it('keeps a private package from everybody else, whichever way they ask', async () => {
  const { data } = await ann.ask('{ getPackage(name: "ann/secret") { id private lastVersion { id } } }');
  const { id, lastVersion } = data.getPackage;
  const query = `query ($id: ID!, $version: ID!) {
    getPackage(name: "ann/secret") { id } getPackageVersion(name: "ann/secret") { id }
    node(id: $id) { id } nodes(ids: [$version]) { id } }`;
  const variables = { id, version: lastVersion.id };
  const nothing = { getPackage: null, getPackageVersion: null, node: null, nodes: [null] };
  expect((await bob.ask(query, variables)).data).toEqual(nothing);
  expect((await server.ask(query, variables)).data).toEqual(nothing);
  expect((await ann.ask(query, variables)).data).toEqual({
    getPackage: { id },
    getPackageVersion: { id: lastVersion.id },
    node: { id },
    nodes: [{ id: lastVersion.id }],
  });
});

it('knows the commands, modules and rebuilds of a version', async () => {
  const { data } = await bob.ask(`{ getPackageVersion(name: "acme/tool", version: "1.2.0") {
    hasCommands commands { command module { name source abi } packageVersion { version } } modules { name }
    rebuilds { version package { name } } isLastVersion filesystem { wasm host } fileSize } }`);
  expect(data.getPackageVersion).toMatchObject({
    hasCommands: true,
    commands: [
      { command: 'hello', module: { name: 'hello', source: '', abi: null }, packageVersion: { version: '1.2.0' } },
    ],
    modules: [{ name: 'hello' }],
    rebuilds: [{ version: '1.2.0+wasix.2', package: { name: 'acme/tool' } }],
    isLastVersion: false,
  });
});

it('gives a command to the first public package that has it', async () => {
  await publish(bob, 'bob/thief', '1.0.0', { content: fileOf('thief') });
  const { data } = await bob.ask(
    '{ getCommands(names: ["hello", "nothing"]) { command packageVersion { version package { displayName } } } getCommand(name: "x") { command } }',
  );
  expect(data).toEqual({
    getCommands: [
      { command: 'hello', packageVersion: { version: '1.10.0', package: { displayName: 'acme/tool' } } },
      null,
    ],
    getCommand: null,
  });
});

it('knows what a version depends on, and tells its publisher what is not there', async () => {
  const content = webc({ manifest: { use: { tool: 'acme/tool@^1.0', later: 'acme/later@^1.0' } } });
  const signedUrl = await sent(ann, content);
  const push = `mutation ($input: PushPackageReleaseInput!) { pushPackageRelease(input: $input) { packageWebc { id } } }`;
  const { id } = (await asked(ann, push, { namespace: 'acme', signedUrl })).pushPackageRelease.packageWebc;
  const tag = `mutation ($input: TagPackageReleaseInput!) { tagPackageRelease(input: $input) { success } }`;
  const answer: any = await ann.ask(tag, { input: { name: 'acme/app', version: '1.0.0', packageReleaseId: id } });
  expect(answer.data).toEqual({ tagPackageRelease: { success: true } });
  expect(answer.extensions.warnings).toMatchObject([{ code: 'DEPENDENCY_NOT_FOUND', dependency: 'acme/later@^1.0' }]);

  const dependencies = async () => {
    const { data } = await bob.ask(`{ getPackageVersion(name: "acme/app") {
      dependencies { totalCount edges { node { version package { name } } } pageInfo { hasNextPage endCursor } } } }`);
    return data.getPackageVersion.dependencies.edges.map(({ node }: any) => `${node.package.name}@${node.version}`);
  };
  expect(await dependencies()).toEqual(['acme/tool@1.10.0']);
  await publish(ann, 'acme/later', '1.5.0', { content: fileOf('later') });
  expect((await dependencies()).sort()).toEqual(['acme/later@1.5.0', 'acme/tool@1.10.0']);

  const page = async (args: string) =>
    (
      await bob.ask(`{ getPackageVersion(name: "acme/app") { dependencies(${args}) {
        edges { cursor node { package { name } } } pageInfo { hasNextPage hasPreviousPage endCursor } } } }`)
    ).data.getPackageVersion.dependencies;
  const first = await page('first: 1');
  expect(first.pageInfo).toMatchObject({ hasNextPage: true, hasPreviousPage: false });
  const second = await page(`first: 1, after: "${first.pageInfo.endCursor}"`);
  expect(second.pageInfo).toMatchObject({ hasNextPage: false, hasPreviousPage: true });
  expect(second.edges[0].cursor).toBe(second.pageInfo.endCursor);
  expect(second.edges[0].node).not.toEqual(first.edges[0].node);
  expect(await page(`after: "${second.pageInfo.endCursor}"`)).toEqual({
    edges: [],
    pageInfo: { hasNextPage: false, hasPreviousPage: false, endCursor: null },
  });
  expect((await page(`last: 1, before: "${second.edges[0].cursor}"`)).edges[0].node).toEqual(first.edges[0].node);
});

it('answers the resolver of clients in one statement, whatever it asks of the versions', async () => {
  const query = `{ getPackage(name: "acme/tool") { packageName namespace versions { version isArchived
    v2: distribution(version: V2) { piritaDownloadUrl piritaSha256Hash webcManifest }
    v3: distribution(version: V3) { piritaDownloadUrl piritaSha256Hash webcManifest } } } info { defaultFrontend } }`;
  const { data } = await server.ask(query);
  expect(data.getPackage).toMatchObject({ packageName: 'tool', namespace: 'acme' });
  for (const { v2, v3 } of data.getPackage.versions) {
    expect(v2).toEqual({ piritaDownloadUrl: null, piritaSha256Hash: null, webcManifest: null });
    expect(v3.piritaSha256Hash).toMatch(/^[0-9a-f]{64}$/);
    expect(JSON.parse(v3.webcManifest)).toHaveProperty('commands');
  }
  // The package, and the files of its versions.
  expect(await server.statements(() => server.ask(query))).toBe(2);
});
