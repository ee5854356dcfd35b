import { createClient } from 'graphql-ws';
import { SubscriptionClient } from 'subscriptions-transport-ws';
import { WebSocket } from 'ws';
import { encodeId } from '../../../src/core/ids/global-id.js';
import { eventually } from '../../kit/eventually.js';
import { account, startAccounts, type AccountsServer, type TestAccount } from '../accounts/kit.js';
import { asked, namespaceOf, publish, sent, webc } from './kit.js';

let server: AccountsServer;
let socketUrl: string;
let ann: TestAccount;
let bob: TestAccount;
let acme: { id: string };

beforeAll(async () => {
  server = await startAccounts();
  socketUrl = server.graphqlUrl.replace('http', 'ws');
  [ann, bob] = [await account(server, 'ann'), await account(server, 'bob')];
  acme = await namespaceOf(ann, 'acme');
});
afterAll(() => server.close());

/** What the tests need of a published client: the answers of a subscription until it ends, or until `stop`. */
type Follow = (query: string, token?: string) => { answers: any[]; ended: Promise<void>; stop(): void };

const modern: Follow = (query, token) => {
  const connectionParams = token ? { authorization: `Bearer ${token}` } : undefined;
  const client = createClient({ url: socketUrl, webSocketImpl: WebSocket, retryAttempts: 0, connectionParams });
  const answers: any[] = [];
  const ended = new Promise<void>((complete, error) => {
    client.subscribe({ query }, { next: (answer) => void answers.push(answer), error, complete });
  });
  return { answers, ended: ended.finally(() => client.dispose()), stop: () => void client.dispose() };
};

const old: Follow = (query, token) => {
  const connectionParams = token ? { headers: { Authorization: `Bearer ${token}` } } : {};
  const client = new SubscriptionClient(socketUrl, { connectionParams }, WebSocket);
  const answers: any[] = [];
  const ended = new Promise<void>((complete, error) => {
    client.request({ query }).subscribe({ next: (answer) => void answers.push(answer), error, complete });
  });
  return { answers, ended: ended.finally(() => client.close()), stop: () => client.close() };
};

describe.each([
  ['graphql-transport-ws', modern],
  ['graphql-ws, the old one', old],
])('packageVersionReady over %s', (_name, follow) => {
  const ready = async (id: string, token?: string) => {
    const query = `subscription { packageVersionReady(packageVersionId: "${id}") { state success packageVersion { id version } } }`;
    const { answers, ended } = follow(query, token);
    await ended;
    return answers;
  };
  const kind = follow === modern ? 'new' : 'old';

  it('says that the file of a version is there, and ends', async () => {
    const { id } = await publish(ann, `acme/ready-${kind}`, '1.0.0');
    const answer = { state: 'WEBC_GENERATED', success: true, packageVersion: { id, version: '1.0.0' } };
    expect(await ready(id)).toEqual([{ data: { packageVersionReady: answer } }]);
  });

  it('takes the id of what was pushed, too', async () => {
    const pushed = await push(ann, `pushed ${kind}`);
    const untagged = await ready(pushed);
    expect(untagged).toMatchObject([{ errors: [{ extensions: { code: 'PACKAGE_RELEASE_UNTAGGED' } }] }]);
    const tag =
      'mutation ($input: TagPackageReleaseInput!) { tagPackageRelease(input: $input) { packageVersion { id } } }';
    const input = { name: `ann/pushed-${kind}`, version: '2.0.0', packageReleaseId: pushed };
    const { id } = (await asked(ann, tag, input)).tagPackageRelease.packageVersion;
    const answer = { state: 'WEBC_GENERATED', success: true, packageVersion: { id, version: '2.0.0' } };
    expect(await ready(pushed)).toEqual([{ data: { packageVersionReady: answer } }]);
  });

  it('refuses what is not there, and private versions to strangers', async () => {
    const { id } = await publish(ann, `acme/hidden-${kind}`, '1.0.0', { private: true });
    const refused = [{ errors: [{ extensions: { code: 'PACKAGE_VERSION_NOT_FOUND', field: 'packageVersionId' } }] }];
    for (const unknown of [encodeId('PackageVersion', 9_999_999), acme.id, 'nothing', '', id]) {
      expect(await ready(unknown, bob.token)).toMatchObject(refused);
    }
    expect(await ready(id)).toMatchObject(refused);
    expect(await ready(id, ann.token)).toMatchObject([{ data: { packageVersionReady: { success: true } } }]);
  });
});

describe('packageVersionCreated', () => {
  let probes = 0;
  const stops: (() => void)[] = [];
  afterEach(() => stops.splice(0).forEach((stop) => stop()));

  /** Follows, and publishes until something is heard of it: from then on nothing is missed. @returns what else is heard */
  async function follow(args: string, token?: string): Promise<() => string[]> {
    const query = `subscription { packageVersionCreated${args} { version package { name versions { version } } } }`;
    const { answers, ended, stop } = modern(query, token);
    stops.push(stop);
    ended.catch(() => undefined);
    await eventually(async () => {
      await publish(ann, 'acme/probe', `0.0.${(probes += 1)}`);
      expect(answers).not.toHaveLength(0);
    });
    const said = ({ version, package: { name, versions } }: any) => {
      // It is heard when the read models show it, in that of packages, too.
      expect(versions.map((each: any) => each.version)).toContain(version);
      return `${name}@${version}`;
    };
    return () =>
      answers.map(({ data }) => said(data.packageVersionCreated)).filter((name) => !name.startsWith('acme/probe'));
  }

  it('tells of every version to everybody, once, and of private ones to who may see them', async () => {
    const [byAnn, byBob, byNobody] = [await follow('', ann.token), await follow('', bob.token), await follow('')];
    await publish(ann, 'acme/secret', '1.0.0', { private: true });
    await publish(ann, 'acme/open', '1.0.0');
    await publish(bob, 'bob/open', '2.0.0');
    const heard = ['acme/open@1.0.0', 'bob/open@2.0.0'];
    await eventually(() => expect(byAnn()).toEqual(['acme/secret@1.0.0', ...heard]));
    await eventually(() => expect(byBob()).toEqual(heard));
    await eventually(() => expect(byNobody()).toEqual(heard));
  });

  it('tells of one owner, of one publisher, or of both', async () => {
    const ofAcme = await follow(`(ownerId: "${acme.id}")`);
    const byAnn = await follow(`(publishedBy: "${ann.id}", ownerId: null)`);
    const byAnnInAcme = await follow(`(publishedBy: "${ann.id}", ownerId: "${acme.id}")`);
    await publish(ann, 'ann/filtered', '1.0.0');
    await publish(bob, 'bob/filtered', '1.0.0');
    await publish(ann, 'acme/filtered', '1.0.0');
    await eventually(() => expect(ofAcme()).toEqual(['acme/filtered@1.0.0']));
    await eventually(() => expect(byAnn()).toEqual(['ann/filtered@1.0.0', 'acme/filtered@1.0.0']));
    await eventually(() => expect(byAnnInAcme()).toEqual(['acme/filtered@1.0.0']));
  });

  it.each([
    ['(ownerId: "nothing")', 'INVALID_ID', 'ownerId'],
    [`(ownerId: "${encodeId('PackageVersion', 1)}")`, 'INVALID_ID', 'ownerId'],
    [`(ownerId: "${encodeId('Namespace', 9_999_999)}")`, 'OWNER_NOT_FOUND', 'ownerId'],
    [`(publishedBy: "${encodeId('Namespace', 1)}")`, 'INVALID_ID', 'publishedBy'],
    [`(publishedBy: "${encodeId('User', 9_999_999)}")`, 'OWNER_NOT_FOUND', 'publishedBy'],
  ])('refuses %s', async (args, code, field) => {
    const { answers, ended } = modern(`subscription { packageVersionCreated${args} { version } }`);
    await ended;
    expect(answers).toMatchObject([{ errors: [{ extensions: { code, field } }] }]);
  });
});

async function push(by: TestAccount, text: string): Promise<string> {
  const signedUrl = await sent(by, webc({ volumes: { '/public': { 'a.txt': text } } }));
  const query =
    'mutation ($input: PushPackageReleaseInput!) { pushPackageRelease(input: $input) { packageWebc { id } } }';
  return (await asked(by, query, { namespace: by.username, signedUrl })).pushPackageRelease.packageWebc.id;
}
