import { decodeId } from '../../../src/core/ids/global-id.js';
import { eventually } from '../../kit/eventually.js';
import { account, startAccounts, type AccountsServer, type Ask, type TestAccount } from '../accounts/kit.js';
import { namespaceOf, openLog, packageStream, publish, userStream, versionEvent } from './kit.js';

let server: AccountsServer;
let ann: TestAccount;
let bob: TestAccount;
let asOperator: Ask;

/** More versions than a package's own row holds. */
const many = [...Array.from({ length: 12 }, (_, n) => `1.${n}.0`), '1.9.9', '2.0.0-rc.1'];

beforeAll(async () => {
  server = await startAccounts();
  asOperator = server.askAs(/wasmer login --registry \S+ (\S+)/.exec(server.output())![1]!);
  [ann, bob] = [await account(server, 'ann'), await account(server, 'bob')];
  await namespaceOf(ann, 'acme');
  await publish(ann, 'acme/one', '1.0.0');
  const yanked = await publish(ann, 'acme/one', '1.1.0');
  await publish(ann, 'acme/one', '2.0.0-beta.1');
  await publish(bob, 'bob/two', '0.1.0-alpha.2');
  await publish(bob, 'bob/two', '0.1.0-alpha.10');
  await publish(ann, 'acme/secret', '1.0.0', { private: true });
  const shelved = await publish(ann, 'ann/shelved', '1.0.0');
  const large = await publish(bob, 'bob/large', '0.1.0');
  const larger = await publish(bob, 'bob/larger', '0.1.0');

  const log = await openLog(server.database);
  const numberOf = ({ id }: { id: string }) => decodeId('PackageVersion', id);
  const yank = (number: number) => ({ type: 'registry.package.version-yanked', data: { number, reason: null } });
  await log.append(packageStream(yanked.package.id), [yank(numberOf(yanked))]);
  await log.append(packageStream(shelved.package.id), [{ type: 'registry.package.archived', data: {} }]);
  for (const [made, first] of [[large, 1_000_000] as const, [larger, 2_000_000] as const]) {
    const publisherId = userStream(bob.id);
    const events = many.map((version, n) => versionEvent(version, { number: first + n, publisherId }));
    await log.append(packageStream(made.package.id), [...events, yank(first + many.indexOf('1.11.0'))]);
  }
  await log.close();
  await eventually(async () => {
    const { data } = await ann.ask(
      '{ a: getPackage(name: "ann/shelved") { isArchived } b: getPackage(name: "bob/larger") { versions { yankedAt } } }',
    );
    expect(data.a.isArchived).toBe(true);
    expect(data.b.versions.filter(({ yankedAt }: { yankedAt: string }) => yankedAt)).toHaveLength(1);
  });
});
afterAll(() => server.close());

type Page = { totalCount: number; edges: { node: any }[] };

/** Names of packages, or `name@version` of versions, and that the count says the same. */
async function read(ask: Ask, field: string, within = (inner: string) => `{ list: ${inner} }`): Promise<string[]> {
  const isOfVersions = /ersions/.test(field);
  const node = isOfVersions ? 'version package { name }' : 'name';
  const { data, errors } = await ask(within(`${field} { totalCount edges { node { ${node} } } }`));
  expect(errors).toBeUndefined();
  const { totalCount, edges } = (data.list ?? data.of.list) as Page;
  expect(totalCount).toBe(edges.length);
  return edges.map(({ node: each }) => (isOfVersions ? `${each.package.name}@${each.version}` : each.name));
}

const ofAcme = (inner: string) => `{ of: getNamespace(name: "acme") { list: ${inner} } }`;
const ofUser = (name: string) => (inner: string) => `{ of: getUser(username: "${name}") { list: ${inner} } }`;

const publicPackages = ['bob/larger', 'bob/large', 'bob/two', 'acme/one'];
const versionsOfOne = ['acme/one@2.0.0-beta.1', 'acme/one@1.1.0', 'acme/one@1.0.0'];

describe('packages', () => {
  it('are listed newest first, without archived ones, and private ones only for who manages their owner', async () => {
    expect(await read(server.ask, 'packages')).toEqual(publicPackages);
    expect(await read(bob.ask, 'packages')).toEqual(publicPackages);
    const withSecret = ['bob/larger', 'bob/large', 'acme/secret', 'bob/two', 'acme/one'];
    expect(await read(ann.ask, 'packages')).toEqual(withSecret);
    expect(await read(asOperator, 'packages')).toEqual(withSecret);
  });

  it('of a namespace', async () => {
    expect(await read(bob.ask, 'packages', ofAcme)).toEqual(['acme/one']);
    expect(await read(ann.ask, 'packages', ofAcme)).toEqual(['acme/secret', 'acme/one']);
  });

  it('of a user, and with those of its namespaces', async () => {
    const collaborating = 'packages(collaborating: true)';
    expect(await read(bob.ask, 'packages', ofUser('ann'))).toEqual([]);
    expect(await read(ann.ask, 'packages', ofUser('ann'))).toEqual(['ann/shelved']);
    expect(await read(bob.ask, collaborating, ofUser('ann'))).toEqual(['acme/one']);
    expect(await read(ann.ask, collaborating, ofUser('ann'))).toEqual(['ann/shelved', 'acme/secret', 'acme/one']);
    expect(await read(ann.ask, 'packages(collaborating: null)', ofUser('ann'))).toEqual(['ann/shelved']);
  });
});

describe('versions', () => {
  it('that are recent come newest first, of what the caller may see and what is not archived', async () => {
    const first = 'recentPackageVersions';
    const seen = await read(bob.ask, first);
    expect(seen).toHaveLength(2 * (many.length + 1) + 5);
    expect(seen.slice(-5)).toEqual(['bob/two@0.1.0-alpha.10', 'bob/two@0.1.0-alpha.2', ...versionsOfOne]);
    expect(await read(ann.ask, first)).toEqual(expect.arrayContaining([...seen, 'acme/secret@1.0.0']));
    expect(await read(server.ask, 'recentPackageVersions(curated: false)')).toEqual(seen);
    expect(await read(server.ask, 'recentPackageVersions(curated: true)')).toEqual([]);
  });

  it('of a namespace, and by a publisher', async () => {
    const withSecret = ['acme/secret@1.0.0', ...versionsOfOne];
    expect(await read(bob.ask, 'packageVersions', ofAcme)).toEqual(versionsOfOne);
    expect(await read(ann.ask, 'packageVersions', ofAcme)).toEqual(withSecret);
    expect(await read(bob.ask, 'packageVersions', ofUser('ann'))).toEqual(versionsOfOne);
    expect(await read(ann.ask, 'packageVersions', ofUser('ann'))).toEqual(['ann/shelved@1.0.0', ...withSecret]);
    expect((await read(ann.ask, 'packageVersions', ofUser('bob'))).slice(-2)).toEqual([
      'bob/two@0.1.0-alpha.10',
      'bob/two@0.1.0-alpha.2',
    ]);
  });
});

it('what was made into versions of a package', async () => {
  const { data } = await bob.ask(`{ getPackage(name: "acme/one") { versions { webcV3 { webcSha256 } }
    packagewebcSet { totalCount edges { node { tag package { name } } } } } }`);
  const { versions, packagewebcSet } = data.getPackage;
  // The three versions have one file.
  const [{ webcV3 }] = versions;
  const node = { tag: `sha256:${webcV3.webcSha256}`, package: { name: 'acme/one' } };
  expect(packagewebcSet).toEqual({ totalCount: 1, edges: [{ node }] });
});

it('the latest version is the highest release that is offered, else the highest such pre-release, however many there are', async () => {
  const query =
    '{ packages { edges { node { name lastVersion { version isLastVersion } versions { isLastVersion } } } } }';
  const { data } = await bob.ask(query);
  const latest = data.packages.edges.map(({ node }: any) => [node.name, node.lastVersion]);
  expect(Object.fromEntries(latest)).toEqual({
    'acme/one': { version: '1.0.0', isLastVersion: true },
    'bob/two': { version: '0.1.0-alpha.10', isLastVersion: true },
    'bob/large': { version: '1.10.0', isLastVersion: true },
    'bob/larger': { version: '1.10.0', isLastVersion: true },
  });
  for (const { node } of data.packages.edges) {
    expect(node.versions.filter(({ isLastVersion }: any) => isLastVersion)).toHaveLength(1);
  }
});

it.each(['packages', 'recentPackageVersions', 'allPackageVersions', 'allPackageReleases'])(
  '%s refuses page arguments that break a rule, and cursors of other lists',
  async (field) => {
    const refusal = (args: string) => bob.refusal(`{ ${field}(${args}) { pageInfo { endCursor } } }`);
    expect(await refusal('first: 1001')).toMatchObject({ code: 'BAD_USER_INPUT', field: 'first' });
    expect(await refusal('first: 1, last: 1')).toMatchObject({ code: 'BAD_USER_INPUT', field: 'last' });
    expect(await refusal('after: "WzFd"')).toMatchObject({ code: 'BAD_USER_INPUT', field: 'after' });
  },
);

describe('a page runs one statement for each kind of thing, not for each row', () => {
  const ofPackages = `edges { node { id name private createdAt owner { globalName }
    lastVersion { version description distribution { downloadUrl } } versions { version createdAt } } }`;
  const ofVersions = `edges { node { version description distribution(version: V3) { downloadUrl } publishedBy { username }
    package { name owner { globalName } lastVersion { version } } } }`;
  const ofReleases = 'edges { node { id tag isArchived webcUrl webc { webcUrl } webcV3 { webcUrl } } }';

  it.each([
    // Who calls; the page; what is latest, and all versions, of packages with many; two kinds of more of the others' versions.
    ['packages', ofPackages, 6],
    // Who calls; the page; its packages; publishers; what is latest of packages with many versions.
    ['recentPackageVersions', ofVersions, 5],
    ['allPackageVersions', ofVersions, 5],
    // And how far the read model is settled, and where that moment is.
    ['allPackageVersions(sortBy: OLDEST, updatedAfter: "2026-01-01T00:00:00Z")', ofVersions, 7],
    // Who calls; the page; the versions that were made of it.
    ['allPackageReleases', ofReleases, 3],
  ])('%s', async (field, selection, statements) => {
    const counts: number[] = [];
    for (let run = 0; run < 3; run++) {
      const counted = await server.statements(async () => {
        const { errors } = await bob.ask(`{ ${field} { ${selection} pageInfo { endCursor } } }`);
        expect(errors).toBeUndefined();
      });
      counts.push(counted);
    }
    // What the server does by itself, now and then, is counted with one of them.
    expect(Math.min(...counts)).toBe(statements);
  });
});

it('a client that resolves a package with many versions costs two statements', async () => {
  const query = `{ getPackage(name: "bob/larger") { versions { version yankedAt
    v2: distribution(version: V2) { piritaSha256Hash } v3: distribution(version: V3) { piritaSha256Hash piritaDownloadUrl webcManifest } } } }`;
  // The package, and its versions with their files.
  expect(await server.statements(() => server.ask(query))).toBe(2);
  const { versions } = (await server.ask(query)).data.getPackage;
  const known = (await server.ask('{ getPackage(name: "bob/larger") { versions { version } } }')).data.getPackage
    .versions;
  expect(versions.map(({ version }: any) => ({ version }))).toEqual(known);
  expect(versions.length).toBeGreaterThan(10);
  for (const { v2, v3 } of versions) {
    expect(v2).toEqual({ piritaSha256Hash: null });
    expect(v3.piritaSha256Hash).toMatch(/^[0-9a-f]{64}$/);
    expect(v3.piritaDownloadUrl).toContain('/packages/');
  }
});
