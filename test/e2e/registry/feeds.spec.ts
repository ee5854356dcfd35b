import { createTestDatabase, type TestDatabase } from '../../kit/database.js';
import { eventually } from '../../kit/eventually.js';
import { graphql } from '../../kit/graphql-client.js';
import { startTopology, type Topology } from '../../kit/topology.js';
import { account, type Ask, type TestAccount } from '../accounts/kit.js';
import { asked, namespaceOf, openLog, packageStream, publish, sent, userStream, versionEvent, webc } from './kit.js';

/** The API and the projections are two processes, so that the log can be read while it is applied only in part. */
let database: TestDatabase;
let topology: Topology;
let log: Awaited<ReturnType<typeof openLog>>;
let ann: TestAccount;
let bob: TestAccount;
let anonymous: Ask;

beforeAll(async () => {
  database = await createTestDatabase();
  topology = await startTopology(database, { api: 'api', projector: 'projector' });
  const { graphqlUrl } = topology.process('api');
  const askAs =
    (token?: string): Ask =>
    (query, variables) =>
      graphql(graphqlUrl, query, variables, token);
  anonymous = askAs();
  [ann, bob] = [await account({ ask: anonymous, askAs }, 'ann'), await account({ ask: anonymous, askAs }, 'bob')];
  await namespaceOf(ann, 'acme');
  log = await openLog(database);
});
afterAll(async () => {
  await log.close();
  await topology.stop();
  await database.drop();
});

type Args = { first?: number; after?: string | null; updatedAfter?: string; createdAfter?: string; sortBy?: string };
type Entry = { id: string; version: string; createdAt: string; updatedAt: string; yankedAt: string | null };
type Page = { edges: { cursor: string; node: Entry }[]; pageInfo: { endCursor: string | null; hasNextPage: boolean } };

const query = `query ($first: Int, $last: Int, $after: String, $before: String, $offset: Int, $updatedAfter: DateTime,
  $createdAfter: DateTime, $sortBy: PackageVersionSortBy) {
  allPackageVersions(first: $first, last: $last, after: $after, before: $before, offset: $offset, updatedAfter: $updatedAfter,
    createdAfter: $createdAfter, sortBy: $sortBy) {
    pageInfo { hasNextPage endCursor } edges { cursor node { id version createdAt updatedAt yankedAt } } } }`;

async function page(args: Args, ask = anonymous): Promise<Page> {
  const none = { first: null, last: null, after: null, before: null, offset: null };
  const { data, errors } = await ask(query, { ...none, updatedAfter: null, createdAfter: null, sortBy: null, ...args });
  expect(errors).toBeUndefined();
  return data.allPackageVersions;
}

const versionsIn = ({ edges }: Page) => edges.map(({ node }) => node.version);
const all = async (args: Args = {}, ask?: Ask) => versionsIn(await page({ sortBy: 'OLDEST', ...args }, ask));

/** A mirror: pages by OLDEST until there is no cursor, and keeps the last one that it got. */
class Mirror {
  cursor: string | null = null;
  constructor(private readonly ask = anonymous) {}

  /** @param between done after each page */
  async sync(between: () => Promise<unknown> = async () => undefined): Promise<string[]> {
    const read: string[] = [];
    for (let pages = 0; pages < 50; pages++) {
      const got = await page({ first: 2, after: this.cursor, sortBy: 'OLDEST' }, this.ask);
      if (got.pageInfo.endCursor === null) return read;
      this.cursor = got.pageInfo.endCursor;
      read.push(...versionsIn(got));
      await between();
    }
    throw new Error('This mirror pages for ever.');
  }
}

const yank = (id: string) =>
  asked(
    ann,
    'mutation ($input: YankPackageVersionsInput!) { yankPackageVersions(input: $input) { packageVersions { id } } }',
    { packageVersionIds: [id] },
  );

/** Waits until the projections, which run elsewhere, have come so far. */
const applied = (position: number) =>
  eventually(async () => {
    const { rows } = await database.pool.query(
      `SELECT (SELECT max(position) FROM read.package_versions_v1) >= $1 AS is_there`,
      [position],
    );
    expect(rows[0].is_there).toBe(true);
  });

it('a mirror gets every version once, also those that are published while it pages', async () => {
  const published = ['0.0.1', '0.0.2', '0.0.3', '0.0.4', '0.0.5'];
  for (const version of published) await publish(ann, `acme/m${version.at(-1)}`, version);
  const more = ['0.1.0', '0.2.0', '0.3.0'];
  const mirror = new Mirror();
  const read = await mirror.sync(async () => {
    const version = more[published.length - 5];
    if (!version) return;
    published.push(version);
    await publish(bob, 'bob/busy', version);
  });
  expect(read).toEqual(['0.0.1', '0.0.2', '0.0.3', '0.0.4', '0.0.5', ...more]);
  expect(await mirror.sync()).toEqual([]);
});

it('an empty page has no cursor, and a page with something has one', async () => {
  const { endCursor } = (await page({ first: 1000, sortBy: 'OLDEST' })).pageInfo;
  expect(endCursor).not.toBeNull();
  for (const sortBy of ['OLDEST', 'NEWEST']) {
    const { edges, pageInfo } = await page({ sortBy, updatedAfter: '2999-01-01T00:00:00Z' });
    expect({ edges, pageInfo }).toEqual({ edges: [], pageInfo: { endCursor: null, hasNextPage: false } });
  }
  expect((await page({ after: endCursor, sortBy: 'OLDEST' })).pageInfo.endCursor).toBeNull();
});

it('NEWEST is the reverse, and what is asked for when nothing is said', async () => {
  const oldest = await all();
  expect(oldest.length).toBeGreaterThan(5);
  expect(await all({ sortBy: 'NEWEST' })).toEqual(oldest.toReversed());
  expect(versionsIn(await page({}))).toEqual(oldest.toReversed());
});

it('filters by when a version was published and when it last changed, both from that moment on', async () => {
  const { edges } = await page({ sortBy: 'OLDEST' });
  const [first, second] = edges.map(({ node }) => node);
  await yank(first!.id);
  const since = second!.createdAt;
  const rest = versionsIn({ edges } as Page).slice(1);
  expect(await all({ createdAfter: since })).toEqual(rest);
  expect(await all({ updatedAfter: since })).toEqual([...rest, first!.version]);
  expect(await all({ updatedAfter: since, createdAfter: since })).toEqual(rest);
  expect(await all({ updatedAfter: since, first: 2 })).toEqual(rest.slice(0, 2));
});

it('what changes after a mirror has passed it comes again', async () => {
  const mirror = new Mirror();
  await mirror.sync();
  const { id } = await publish(ann, 'acme/changing', '1.0.0');
  expect(await mirror.sync()).toEqual(['1.0.0']);
  await yank(id);
  expect(await mirror.sync()).toEqual(['1.0.0']);
  expect(await mirror.sync()).toEqual([]);
});

it('a version that is stored late, with a moment that mirrors have passed, is missed by none', async () => {
  const { package: made } = await publish(ann, 'acme/late', '1.0.0');
  const mirror = new Mirror();
  await mirror.sync();
  const lastSeen = (await page({ first: 1 })).edges[0]!.node.updatedAt;
  const anHourEarlier = new Date(Date.parse(lastSeen) - 3_600_000);
  const late = versionEvent('2.0.0', { number: 3_000_000, publisherId: userStream(ann.id) });
  await applied(await log.append(packageStream(made.id), [late], anHourEarlier));
  expect(await mirror.sync()).toEqual(['2.0.0']);
  expect(await all({ updatedAfter: lastSeen })).toEqual(['1.0.0', '2.0.0']);
});

it('a mirror does not pass a version that is stored, and not applied yet', async () => {
  const mirror = new Mirror();
  await mirror.sync();
  const slow = await publish(ann, 'acme/slow', '5.0.0');
  await publish(bob, 'bob/quick', '6.0.0');
  await topology.end('projector');
  // As if the partition of the first one had not come to it yet; the other one has.
  const stream = packageStream(slow.package.id);
  await database.pool.query('DELETE FROM read.package_versions_v1 WHERE package_id = $1', [stream]);
  await database.pool.query(
    `UPDATE store.checkpoints SET position = (SELECT min(position) - 1 FROM store.events WHERE stream_id = $1)
     WHERE projection = 'package_versions_v1' AND partition = (SELECT partition FROM store.streams WHERE stream_id = $1)`,
    [stream],
  );
  expect(versionsIn(await page({ first: 1, sortBy: 'NEWEST' }))).toEqual(['6.0.0']);
  expect(await mirror.sync()).toEqual([]);
  await topology.start('projector');
  const read: string[] = [];
  await eventually(async () => {
    read.push(...(await mirror.sync()));
    expect(read).toEqual(['5.0.0', '6.0.0']);
  });
});

it('private versions are only in the feed of who may see them, and in all feeds once the package is public', async () => {
  const [mirrorOfAnn, mirrorOfAll] = [new Mirror(ann.ask), new Mirror(bob.ask)];
  await Promise.all([mirrorOfAnn.sync(), mirrorOfAll.sync()]);
  const { package: made } = await publish(ann, 'acme/secret', '7.0.0', { private: true });
  await publish(ann, 'acme/open', '8.0.0');
  expect(await mirrorOfAnn.sync()).toEqual(['7.0.0', '8.0.0']);
  expect(await mirrorOfAll.sync()).toEqual(['8.0.0']);
  const makePublic =
    'mutation ($input: MakePackagePublicInput!) { makePackagePublic(input: $input) { package { private } } }';
  await asked(ann, makePublic, { id: made.id });
  expect(await mirrorOfAll.sync()).toEqual(['7.0.0']);
});

describe('releases', () => {
  const push = async (by: TestAccount, text: string, isPrivate = false) => {
    const signedUrl = await sent(by, webc({ volumes: { '/public': { 'a.txt': text } } }));
    const input = { namespace: by.username, signedUrl, private: isPrivate };
    const { data } = await by.ask(
      'mutation ($input: PushPackageReleaseInput!) { pushPackageRelease(input: $input) { packageWebc { id createdAt } } }',
      { input },
    );
    return data.pushPackageRelease.packageWebc as { id: string; createdAt: string };
  };
  const read = async (args: string, ask = anonymous) => {
    const { data, errors } = await ask(
      `{ allPackageReleases${args} { pageInfo { endCursor } edges { node { id } } } }`,
    );
    expect(errors).toBeUndefined();
    const { edges, pageInfo } = data.allPackageReleases;
    return { ids: edges.map(({ node }: any) => node.id), after: pageInfo.endCursor };
  };

  it('are a feed of their own, also those of which no version was made', async () => {
    const before = await read('(sortBy: OLDEST, first: 1000)');
    const [one, two] = [await push(ann, 'one'), await push(bob, 'two')];
    const hidden = await push(ann, 'hidden', true);
    expect((await read(`(sortBy: OLDEST, first: 1, after: "${before.after}")`)).ids).toEqual([one.id]);
    const rest = await read(`(sortBy: OLDEST, after: "${before.after}")`);
    expect(rest.ids).toEqual([one.id, two.id]);
    expect(await read(`(sortBy: OLDEST, after: "${rest.after}")`)).toEqual({ ids: [], after: null });
    expect((await read('(first: 2)')).ids).toEqual([two.id, one.id]);
    expect((await read('(first: 2)', ann.ask)).ids).toEqual([hidden.id, two.id]);
    for (const since of [`updatedAfter: "${two.createdAt}"`, `createdAfter: "${two.createdAt}"`]) {
      expect((await read(`(${since})`)).ids).toEqual([two.id]);
    }
  });
});
