import { encodeId } from '../../../src/core/ids/global-id.js';
import { account, startAccounts, type AccountsServer, type TestAccount } from '../accounts/kit.js';
import { eventually } from '../../kit/eventually.js';
import { sha256 } from '../../kit/webc-file.js';
import {
  asked,
  namespaceOf,
  publish,
  publishMutation,
  pushMutation,
  reached,
  sent,
  storedCounts,
  tagMutation,
  webc,
} from './kit.js';

/** Whatever a publisher sends that cannot be: an error that says which rule of which field, and nothing stored, nothing half done. */
let server: AccountsServer;
let ann: TestAccount;
let bob: TestAccount;
/** A release of ann's that nobody made a version of. */
let releaseId: string;
/** Where a file lies that nobody published. */
let unused: string;

beforeAll(async () => {
  server = await startAccounts();
  [ann, bob] = await Promise.all([account(server, 'ann'), account(server, 'bob')]);
  await namespaceOf(bob, 'bobs');
  await publish(ann, 'ann/tool-1', '1.0.0');
  await publish(ann, 'ann/secret', '1.0.0', { private: true });
  const content = webc({ volumes: { '/a': { file: 'not tagged' } } });
  const pushed = await asked(ann, pushMutation, { namespace: 'ann', signedUrl: await sent(ann, content) });
  releaseId = pushed.pushPackageRelease.packageWebc.id;
  unused = await sent(ann, webc({ volumes: { '/a': { file: 'never published' } } }));
});
afterAll(() => server.close());

type Expected = { code: string; field: string; rule?: unknown };

async function refusedAndNothingStored(query: string, input: object, expected: Expected, by = ann): Promise<void> {
  const before = await storedCounts(server);
  expect(await by.refusal(query, { input })).toMatchObject(expected);
  expect(await storedCounts(server)).toEqual(before);
}

const other = { name: 'ann/other', version: '9.0.0' };

/** Of a release that is there. */
const neverTagged = (said: object, expected: Expected): Promise<void> =>
  refusedAndNothingStored(tagMutation, { packageReleaseId: releaseId, ...other, ...said }, expected);

/** Nor of a file, which may be used again when it was refused. */
async function neverPublished(said: object, expected: Expected): Promise<void> {
  await neverTagged(said, expected);
  await refusedAndNothingStored(publishMutation, { manifest: '', signedUrl: unused, ...other, ...said }, expected);
}

describe('a version', () => {
  it('that exists is refused, with what it is: the same content, another, and once it is yanked', async () => {
    const first = webc({ volumes: { '/a': { file: 'first' } } });
    const { id } = await publish(ann, 'ann/fixed', '1.0.0', { content: first });
    const exists = { code: 'PACKAGE_VERSION_EXISTS', field: 'version', sha256: sha256(first).toString('hex') };
    await neverPublished({ name: 'ann/fixed', version: '1.0.0' }, exists);
    const same = { manifest: '', name: 'ann/fixed', version: '1.0.0', signedUrl: await sent(ann, first) };
    await refusedAndNothingStored(publishMutation, same, exists);
    const yank =
      'mutation ($input: YankPackageVersionsInput!) { yankPackageVersions(input: $input) { clientMutationId } }';
    await asked(ann, yank, { packageVersionIds: [id] });
    await neverPublished({ name: 'ann/fixed', version: '1.0.0' }, exists);
  });

  it.each(['ann/raced', 'ann/tool-1'])('that two publish at once to %s is one, and the other is told', async (name) => {
    const contents = ['one', 'two', 'three'].map((text) => webc({ volumes: { '/a': { file: text } } }));
    const signedUrls = await Promise.all(contents.map((content) => sent(ann, content)));
    const answers = await Promise.all(
      signedUrls.map((signedUrl) =>
        ann.ask(publishMutation, { input: { manifest: '', name, version: '7.0.0', signedUrl } }),
      ),
    );
    const winners = contents.filter((_, index) => !answers[index]!.errors);
    expect(winners).toHaveLength(1);
    const winner = sha256(winners[0]!).toString('hex');
    for (const { errors } of answers.filter(({ errors }) => errors))
      expect(errors).toMatchObject([
        { extensions: { code: 'PACKAGE_VERSION_EXISTS', field: 'version', sha256: winner } },
      ]);
    const { data } = await server.ask(
      'query ($name: String!) { getPackageVersion(name: $name, version: "7.0.0") { distribution { webcSha256Hash } } }',
      { name },
    );
    expect(data.getPackageVersion.distribution.webcSha256Hash).toBe(winner);
  });

  it('is none: of a file neither', () =>
    neverPublished({ version: 'latest' }, { code: 'INVALID_VERSION', field: 'version' }));

  it.each(
    [
      ['1', '1.2', '1.2.3.4', 'v1.2.3', '=1.2.3', '^1.0.0', '01.2.3', '1.02.3', '1.2.3-', '1.2.3-a..b', '1.2.3-01'],
      ['1.2.3+', '1.2.3+a+b', '1. 2.3', '-1.2.3', '1.2.x', 'latest', '*', '1.2.3-ä', '１.2.3'],
      ['9007199254740993.0.0', `1.2.3-${'x'.repeat(100)}`, '1.2.3\0', '../../1.2.3'],
    ].flat(),
  )('is none: %j', (version) => neverTagged({ version }, { code: 'INVALID_VERSION', field: 'version' }));
});

describe('a name', () => {
  it.each(
    [
      ['-tool', '_tool', 'to ol', 'tööl', 'tool.js', 'tool@1', 'tool:1', 'to\0ol', 'to\nol', '..', '.', '%2e%2e'],
      ['ａｂｃ', 'tool\u202egnp', '<b>', "'; DROP TABLE", 'x'.repeat(101), '\ud800', 'a/b', 'a/', '/a', '//'],
    ].flat(),
  )('cannot be %j', (name) =>
    neverTagged({ name: `ann/${name}` }, { code: 'INVALID_PACKAGE_NAME', field: 'name', rule: expect.any(String) }),
  );

  it.each(['', ' ', null])('is missing: %j', (name) =>
    neverPublished({ name }, { code: 'BAD_USER_INPUT', field: 'name', rule: 'not empty' }),
  );

  it.each(['Tool-1', 'TOOL-1', 'tool_1', 'tool--1', 't0ol-1', 'tool-l', 'too1-1', 'tooI-i'])(
    'that looks like another of the owner is refused: %s',
    async (name) => {
      await neverPublished({ name: `ann/${name}` }, { code: 'PACKAGE_NAME_TAKEN', field: 'name' });
    },
  );

  it('of another owner may look so', async () => {
    expect((await publish(bob, 'bobs/Tool_1', '1.0.0')).package.name).toBe('bobs/Tool_1');
  });

  it('and a namespace beside it must agree', () =>
    neverPublished({ name: 'ann/other', namespace: 'bobs' }, { code: 'BAD_USER_INPUT', field: 'namespace' }));
});

describe('a namespace', () => {
  const notFound = { code: 'OWNER_NOT_FOUND', field: 'namespace' };

  it.each(['bobs', 'bob', 'nobodys', 'no/body', 'ann\0', '..'])(
    'that one may not write to, or none: %j',
    async (namespace) => {
      await refusedAndNothingStored(pushMutation, { namespace, signedUrl: await sent(ann, webc()) }, notFound);
      if (!namespace.includes('/')) await neverPublished({ name: 'other', namespace }, notFound);
    },
  );

  it('that is deleted takes nothing, and its packages are gone with it', async () => {
    const { id } = await namespaceOf(ann, 'passing');
    const { package: gone } = await publish(ann, 'passing/tool', '1.0.0');
    const end = 'mutation ($input: DeleteNamespaceInput!) { deleteNamespace(input: $input) { success } }';
    await asked(ann, end, { namespaceId: id });
    await neverPublished({ name: 'passing/tool', version: '1.0.1' }, notFound);
    await neverPublished({ name: 'passing/other' }, notFound);
    const archive = 'mutation ($input: ArchivePackageInput!) { archivePackage(input: $input) { package { id } } }';
    const notThere = { code: 'PACKAGE_NOT_FOUND', field: 'packageId' };
    await refusedAndNothingStored(archive, { packageId: gone.id }, notThere);
    expect((await ann.ask('{ getPackage(name: "passing/tool") { id } }')).data.getPackage).toBeNull();
  });
});

describe('an upload URL', () => {
  const publishFrom = (signedUrl: string, code: string, by = ann) =>
    Promise.all(
      (
        [
          [publishMutation, { manifest: '', name: `${by.username}/other`, version: '9.0.0', signedUrl }],
          [pushMutation, { namespace: by.username, signedUrl }],
        ] as const
      ).map(([query, input]) => refusedAndNothingStored(query, input, { code, field: 'signedUrl' }, by)),
    );
  const fresh = async (seconds = 900) =>
    (await ann.ask(`{ getSignedUrl(expiresAfterSeconds: ${seconds}) { url } }`)).data.getSignedUrl.url as string;

  it("of another account is not one's own", async () => {
    await publishFrom(await sent(ann, webc()), 'UPLOAD_URL_INVALID', bob);
  });

  it('that is forged is none', async () => {
    const url = await sent(ann, webc());
    const changed = (at: number) => url.slice(0, at) + (url[at] === 'A' ? 'B' : 'A') + url.slice(at + 1);
    const { origin } = new URL(url);
    const forged = [
      changed(url.length - 3),
      changed(url.length >> 1),
      `${url}x`,
      url.slice(0, -1),
      `${origin}/uploads/x`,
    ];
    for (const each of [...forged, 'x', 'file:///etc/passwd', 'https://example.org/x.webc'])
      await publishFrom(each, 'UPLOAD_URL_INVALID');
  });

  it('to which nothing was sent, or not all of it', async () => {
    const url = await fresh();
    await publishFrom(url, 'UPLOAD_NOT_FOUND');
    const started = await fetch(reached(url), { method: 'POST', headers: { 'x-goog-resumable': 'start' } });
    const headers = { 'content-range': 'bytes 0-3/100' };
    await fetch(reached(started.headers.get('location')!), { method: 'PUT', headers, body: '\0web' });
    await publishFrom(url, 'UPLOAD_INCOMPLETE');
  });

  it('that has expired takes no file any more, so there is none', async () => {
    const url = await fresh(1);
    const status = await eventually(async () => {
      const response = await fetch(reached(url), { method: 'PUT', headers: { 'if-none-match': '*' }, body: 'late' });
      expect(response.ok).toBe(false);
      return response.status;
    });
    expect(status).toBe(403);
  });

  it('that was used already', async () => {
    const content = webc();
    const signedUrl = await sent(ann, content);
    await asked(ann, pushMutation, { namespace: 'ann', signedUrl });
    await publishFrom(signedUrl, 'UPLOAD_NOT_FOUND');
  });
});

describe('a release', () => {
  const notFound = { code: 'PACKAGE_RELEASE_NOT_FOUND', field: 'packageReleaseId' };
  const tag = (packageReleaseId: string, owner = 'ann') => ({
    name: `${owner}/other`,
    version: '9.0.0',
    packageReleaseId,
  });

  it('that nobody pushed', async () => {
    await refusedAndNothingStored(tagMutation, tag(encodeId('PackageWebc', 987_654_321)), notFound);
    for (const hash of ['0'.repeat(64), `sha256:${'0'.repeat(64)}`, '', 'x', 'sha256:', '\0', `${'0'.repeat(63)}g`])
      expect((await ann.ask('query ($hash: String) { getPackageRelease(hash: $hash) { id } }', { hash })).data).toEqual(
        {
          getPackageRelease: null,
        },
      );
  });

  it("that is another's secret", async () => {
    const secret = webc({ volumes: { '/a': { file: 'a secret' } } });
    const pushed = await asked(ann, pushMutation, {
      namespace: 'ann',
      private: true,
      signedUrl: await sent(ann, secret),
    });
    await refusedAndNothingStored(tagMutation, tag(pushed.pushPackageRelease.packageWebc.id, 'bob'), notFound, bob);
  });

  it.each(['', 'x', encodeId('PackageVersion', 1), 'pkw_\0', 'pkw_'.padEnd(10_000, 'x')])(
    'that is no id: %.20j',
    (id) => refusedAndNothingStored(tagMutation, tag(id), { code: 'INVALID_ID', field: 'packageReleaseId' }),
  );
});

describe('what is said of a version', () => {
  it.each([
    ['description', 'x'.repeat(2_001)],
    ['license', 'x'.repeat(201)],
    ['homepage', 'javascript:alert(1)'],
    ['repository', 'example.org'],
    ['icon', 'https://example.org/icon.png'],
  ])('%s has its limits', (field, text) => neverPublished({ [field]: text }, { code: 'BAD_USER_INPUT', field }));

  it.each(['description', 'license'])('%s holds only what can be stored', (field) =>
    neverPublished({ [field]: 'a\0b' }, { code: 'INVALID_TEXT', field }),
  );

  it('cannot make a public package private', () =>
    neverPublished({ name: 'ann/tool-1', private: true }, { code: 'PACKAGE_IS_PUBLIC', field: 'private' }));
});
