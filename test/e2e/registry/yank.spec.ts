import { account, startAccounts, type AccountsServer, type TestAccount } from '../accounts/kit.js';
import { registryLimits } from '../../../src/registry/registry.limits.js';
import { asked, publish, storedCounts, type TestVersion } from './kit.js';

let server: AccountsServer;
let ann: TestAccount;
let bob: TestAccount;
let one: TestVersion;
let two: TestVersion;
let other: TestVersion;
let bobs: TestVersion;

beforeAll(async () => {
  server = await startAccounts();
  [ann, bob] = await Promise.all([account(server, 'ann'), account(server, 'bob')]);
  one = await publish(ann, 'ann/tool', '1.0.0');
  two = await publish(ann, 'ann/tool', '2.0.0');
  other = await publish(ann, 'ann/other', '1.0.0');
  bobs = await publish(bob, 'bob/tool', '1.0.0');
});
afterAll(() => server.close());

/** As `wasmer package yank` sends it. */
const yankMutation = `mutation YankPackageVersions($input: YankPackageVersionsInput!) {
  yankPackageVersions(input: $input) { packageVersions { id version yankedAt yankReason } clientMutationId }
}`;
const yank = async (input: object) => (await asked(ann, yankMutation, input)).yankPackageVersions;
const idsOf = ({ packageVersions }: { packageVersions: TestVersion[] }) => packageVersions.map(({ id }) => id);
const latest = async (name: string) =>
  (await server.ask('query ($name: String!) { getPackageVersion(name: $name) { version } }', { name })).data
    .getPackageVersion?.version;

describe('yankPackageVersions', () => {
  it('yanks and takes it back; ranges and latest pass a yanked version over, its own name finds it', async () => {
    const { packageVersions } = await yank({ packageVersionIds: [two.id], reason: 'Broken', undo: false });
    expect(packageVersions).toEqual([
      { id: two.id, version: '2.0.0', yankedAt: expect.stringMatching(/^\d{4}-/), yankReason: 'Broken' },
    ]);
    expect(await latest('ann/tool')).toBe('1.0.0');
    const { data } = await server.ask(
      '{ getPackageVersion(name: "ann/tool", version: "2.0.0") { yankReason package { versions { version yankReason } } } }',
    );
    expect(data.getPackageVersion).toEqual({
      yankReason: 'Broken',
      package: {
        versions: [
          { version: '2.0.0', yankReason: 'Broken' },
          { version: '1.0.0', yankReason: null },
        ],
      },
    });
    const undone = await yank({ packageVersionIds: [two.id], reason: null, undo: true });
    expect(undone.packageVersions).toEqual([{ id: two.id, version: '2.0.0', yankedAt: null, yankReason: null }]);
    expect(await latest('ann/tool')).toBe('2.0.0');
  });

  it('takes versions of several packages, each once, and tells only what it changed', async () => {
    await yank({ packageVersionIds: [one.id] });
    expect(idsOf(await yank({ packageVersionIds: [other.id, two.id, one.id, other.id] }))).toEqual([other.id, two.id]);
    expect(idsOf(await yank({ packageVersionIds: [other.id, two.id, one.id] }))).toEqual([]);
    const all = { packageVersionIds: [one.id, two.id, other.id], undo: true };
    expect(idsOf(await yank(all))).toEqual([one.id, two.id, other.id]);
    expect(idsOf(await yank({ packageVersionIds: [] }))).toEqual([]);
  });

  it('answers a repeat as the first time, whatever happened in between, and refuses other input', async () => {
    await yank({ packageVersionIds: [one.id] });
    const input = { packageVersionIds: [one.id, two.id, other.id], reason: 'Once', clientMutationId: 'y1' };
    const first = await yank(input);
    expect(idsOf(first)).toEqual([two.id, other.id]);
    const before = await storedCounts(server);
    expect(await yank(input)).toEqual(first);
    expect(await storedCounts(server)).toEqual(before);
    await yank({ packageVersionIds: [one.id, two.id, other.id], undo: true });
    expect(idsOf(await yank(input))).toEqual([two.id, other.id]);
    const nothing = { packageVersionIds: [one.id], undo: true, clientMutationId: 'y2' };
    expect(idsOf(await yank(nothing))).toEqual([]);
    await yank({ packageVersionIds: [one.id] });
    expect(idsOf(await yank(nothing))).toEqual([]);
    await yank({ packageVersionIds: [one.id], undo: true });
    expect(await ann.refusal(yankMutation, { input: { ...input, packageVersionIds: [two.id] } })).toMatchObject({
      code: 'client_mutation_id_conflict',
      field: 'clientMutationId',
    });
  });

  it('checks every id before it changes anything', async () => {
    const refusal = (packageVersionIds: string[]) => ann.refusal(yankMutation, { input: { packageVersionIds } });
    const before = await storedCounts(server);
    expect(await refusal([one.id, bobs.id])).toMatchObject({
      code: 'PACKAGE_VERSION_NOT_FOUND',
      field: 'packageVersionIds.1',
    });
    expect(await refusal([one.id, two.id, one.package.id])).toMatchObject({
      code: 'INVALID_ID',
      field: 'packageVersionIds.2',
    });
    expect(await storedCounts(server)).toEqual(before);
    expect((await server.ask(yankMutation, { input: { packageVersionIds: [one.id] } })).errors![0]).toMatchObject({
      extensions: { code: 'UNAUTHENTICATED' },
    });
  });

  it('has limits', async () => {
    const most = registryLimits.versionsPerYank;
    const packageVersionIds = Array.from({ length: most + 1 }, () => one.id);
    expect(await ann.refusal(yankMutation, { input: { packageVersionIds } })).toMatchObject({
      code: 'BAD_USER_INPUT',
      field: 'packageVersionIds',
    });
    expect(idsOf(await yank({ packageVersionIds: packageVersionIds.slice(1) }))).toEqual([one.id]);
    const reason = 'x'.repeat(registryLimits.yankReasonChars);
    expect(
      await ann.refusal(yankMutation, { input: { packageVersionIds: [two.id], reason: `${reason}x` } }),
    ).toMatchObject({ code: 'BAD_USER_INPUT', field: 'reason' });
    expect(idsOf(await yank({ packageVersionIds: [two.id], reason }))).toEqual([two.id]);
    await yank({ packageVersionIds: [one.id, two.id], undo: true });
  });
});

describe('changePackageVersionArchivedStatus', () => {
  const mutation = `mutation ($input: ChangePackageVersionArchivedStatusInput!) {
    changePackageVersionArchivedStatus(input: $input) { packageVersion { id isArchived } clientMutationId }
  }`;
  const change = async (isArchived: boolean) =>
    (await asked(ann, mutation, { packageVersionId: two.id, isArchived })).changePackageVersionArchivedStatus;

  it('archives a version, which latest passes over, and takes it out again', async () => {
    expect((await change(true)).packageVersion).toEqual({ id: two.id, isArchived: true });
    expect(await latest('ann/tool')).toBe('1.0.0');
    expect((await change(false)).packageVersion).toEqual({ id: two.id, isArchived: false });
    expect(await latest('ann/tool')).toBe('2.0.0');
  });

  it('refuses strangers, who hear that there is none, and an input that does not say what is wanted', async () => {
    const input = { packageVersionId: two.id, isArchived: true };
    const notFound = { code: 'PACKAGE_VERSION_NOT_FOUND', field: 'packageVersionId' };
    expect(await bob.refusal(mutation, { input })).toMatchObject(notFound);
    expect(await ann.refusal(mutation, { input: { ...input, isArchived: null } })).toMatchObject({
      code: 'BAD_USER_INPUT',
      field: 'isArchived',
    });
  });
});
