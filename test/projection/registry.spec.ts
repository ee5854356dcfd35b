import fc from 'fast-check';
import { packageReleases } from '../../projections/registry/package-releases/package-releases.projection.js';
import { packageVersions } from '../../projections/registry/package-versions/package-versions.projection.js';
import { packages, recentVersionsKept } from '../../projections/registry/packages/packages.projection.js';
import type { RowsProjection } from '../../src/core/projection/definition.js';
import { byStream } from '../../src/core/projection/batch.js';
import { writerOf } from '../../src/core/projection/writers.js';
import type { Recorded } from '../../src/core/event-store/types.js';
import { evolve, initialState, versionOf, type Package } from '../../src/registry/package/package.state.js';
import type { PackageEvent } from '../../src/registry/package/package.events.js';
import { interleaved, logOf } from '../kit/interleave.js';
import { packageCreated, versionPublished } from '../kit/packages.js';

/** The folds of the registry's read models, without a database: they are pure. */
const rowsOf = (projection: RowsProjection, batches: Recorded[][]) => {
  const writer = writerOf(projection);
  const rows = new Map<string, Record<string, any>>();
  for (const streams of batches.map(byStream)) {
    for (const { upserts } of streams.map((stream) => writer.fold(stream, rows)))
      for (const { row } of upserts) rows.set(row.id as string, row);
  }
  return rows;
};
const inOrder = (log: Recorded[]) => log.map((event) => [event]);
const fold = (projection: RowsProjection, events: PackageEvent[]) => [
  ...rowsOf(projection, inOrder(logOf(events.map((event) => ({ streamId: 'package-7', event }))))).values(),
];
const packageOf = (...events: PackageEvent[]) => fold(packages, [packageCreated(), ...events])[0]!;
const ofVersion = (action: 'yanked' | 'unyanked' | 'archived' | 'unarchived', number: number): PackageEvent =>
  action === 'yanked'
    ? { type: 'registry.package.version-yanked', data: { number, reason: 'Broken' } }
    : { type: `registry.package.version-${action}`, data: { number } };

/** Five packages; each change is one version more, or something done to one that is there, or to the package. */
const change = fc.record({
  stream: fc.integer({ min: 1, max: 5 }),
  kind: fc.constantFrom(
    ...(['published', 'published', 'published', 'yanked', 'unyanked', 'archived', 'unarchived'] as const),
    ...(['package.archived', 'package.unarchived', 'package.made-public', 'package.icon-changed'] as const),
    'package.versions-made-public' as const,
  ),
  which: fc.nat(),
});
type Change = typeof change extends fc.Arbitrary<infer Value> ? Value : never;

function eventsOf(changes: Change[]) {
  const published = new Map<number, number[]>();
  return changes.flatMap(({ stream, kind, which }, index) => {
    const numbers = published.get(stream) ?? [];
    const first = !published.has(stream);
    published.set(stream, numbers);
    const started = first ? [packageCreated(true)] : [];
    const event = eventOf(kind, which, numbers, index + 1);
    return [...started, ...(event ? [event] : [])].map((each) => ({ streamId: `package-${stream}`, event: each }));
  });
}

function eventOf(kind: Change['kind'], which: number, numbers: number[], number: number): PackageEvent | null {
  switch (kind) {
    case 'published':
      numbers.push(number);
      return versionPublished(`${which % 3}.0.${number}${which % 4 === 0 ? '-rc' : ''}`, number);
    case 'package.icon-changed':
      return { type: `registry.${kind}`, data: { icon: which % 2 ? `icon-${which}` : null } };
    case 'package.versions-made-public':
      return { type: `registry.${kind}`, data: { numbers: [...numbers] } };
    case 'package.archived':
    case 'package.unarchived':
    case 'package.made-public':
      return { type: `registry.${kind}`, data: {} };
    default:
      return numbers.length > 0 ? ofVersion(kind, numbers[which % numbers.length]!) : null;
  }
}

it('comes out the same in every interleaving of partitions and every cut into batches, as the aggregate has it', () => {
  const changes = fc.array(change, { minLength: 1, maxLength: 80 });
  fc.assert(
    fc.property(changes, fc.infiniteStream(fc.nat()), (made, choices) => {
      const log = logOf(eventsOf(made));
      const cut = interleaved(log, choices);
      for (const projection of [packages, packageVersions])
        expect(rowsOf(projection, cut)).toEqual(rowsOf(projection, inOrder(log)));
      assertLikeAggregates(log);
    }),
    { numRuns: 150 },
  );
});

function assertLikeAggregates(log: Recorded[]): void {
  const rows = rowsOf(packages, inOrder(log));
  const versions = [...rowsOf(packageVersions, inOrder(log)).values()];
  for (const { streamId, events } of byStream(log)) {
    const state = (events as unknown as PackageEvent[]).reduce(evolve, initialState as Package);
    if (state.status !== 'active') throw new Error('Every package is begun.');
    const row = rows.get(streamId)!;
    expect(row).toMatchObject({ isPrivate: state.isPrivate, isArchived: state.isArchived, icon: state.icon });
    expect(row.versionCount).toBe(Object.keys(state.versions).length);
    const recent = JSON.parse(row.recentVersions);
    expect(recent).toHaveLength(Math.min(row.versionCount, recentVersionsKept));
    const ofPackage = versions.filter(({ packageId }) => packageId === streamId);
    expect(ofPackage).toHaveLength(row.versionCount);
    for (const one of [...ofPackage, ...recent]) {
      const { isYanked, isArchived } = versionOf(state, one.number)![1];
      expect([one.yankedAt !== null, one.isArchived]).toEqual([isYanked, isArchived]);
    }
    // A list of a package's versions says the same as the versions themselves.
    const changed = new Map(ofPackage.map(({ number, updatedAt }) => [number, updatedAt.toISOString()]));
    for (const { number, updatedAt } of recent) expect(updatedAt).toBe(changed.get(number));
  }
}

describe('packages', () => {
  it('says what its highest release says, whenever that was published', () => {
    const said = (version: string, number: number) =>
      versionPublished(version, number, { description: `Of ${version}`, keywords: [version] });
    const row = packageOf(said('1.0.0-rc.9', 1), said('1.0.0', 2), said('2.0.0-rc.1', 3), said('0.9.0', 4));
    expect(row).toMatchObject({ describedBy: '1.0.0', description: 'Of 1.0.0', keywords: ['1.0.0'] });
    expect(packageOf(said('1.0.0-rc.9', 1), said('1.0.0-rc.10', 2), said('1.0.0-rc.2', 3))).toMatchObject({
      describedBy: '1.0.0-rc.10',
    });
  });

  it('holds the last versions, the newest first, and what became of them', () => {
    const count = recentVersionsKept + 2;
    const published = Array.from({ length: count }, (_, index) => versionPublished(`1.0.${index}`, index + 1));
    const row = packageOf(...published, ofVersion('yanked', 1), ofVersion('yanked', count), ofVersion('archived', 5));
    const recent = JSON.parse(row.recentVersions);
    expect(recent.map(({ number }: { number: number }) => number)).toEqual(
      Array.from({ length: recentVersionsKept }, (_, index) => count - index),
    );
    // Events of a log of specs are a millisecond apart; the first one made the package.
    const yankedAt = new Date(count + 2).toISOString();
    expect(recent[0]).toMatchObject({ yankedAt, yankReason: 'Broken', updatedAt: yankedAt, isArchived: false });
    expect(recent.find(({ number }: { number: number }) => number === 5).isArchived).toBe(true);
    expect(row).toMatchObject({ versionCount: count, publishedAt: new Date(count), updatedAt: new Date(count + 3) });
  });

  it('knows when its icon was set or cleared last, and not by other changes', () => {
    const set: PackageEvent = { type: 'registry.package.icon-changed', data: { icon: 'a1' } };
    const archived: PackageEvent = { type: 'registry.package.archived', data: {} };
    expect(packageOf(archived)).toMatchObject({ icon: null, iconUpdatedAt: null });
    expect(packageOf(set, archived)).toMatchObject({ icon: 'a1', iconUpdatedAt: new Date(1) });
  });
});

it('a version keeps what was published, and takes a yank and its undoing', () => {
  const [row] = fold(packageVersions, [packageCreated(), versionPublished('1.0.0', 11), ofVersion('yanked', 11)]);
  const hash = (11).toString(16).padStart(64, '0');
  expect(row).toMatchObject({ id: 'package-7/11', hash, yankReason: 'Broken', yankedAt: new Date(2) });
  const [again] = fold(packageVersions, [
    packageCreated(),
    versionPublished('1.0.0', 11),
    ofVersion('yanked', 11),
    ofVersion('unyanked', 11),
  ]);
  expect(again).toMatchObject({ yankReason: null, yankedAt: null, createdAt: new Date(1), updatedAt: new Date(3) });
});

it('a release is its one event', () => {
  const data = {
    number: 5,
    ownerId: 'user-1',
    name: null,
    isPrivate: false,
    pusherId: 'user-1',
    file: { hash: 'ab', sizeBytes: 7, format: 'tar.gz' },
    webcManifest: null,
    contents: {},
  };
  const log = logOf([
    { streamId: 'package-release-5', event: { type: 'registry.package-release.pushed', data } as never },
  ]);
  const { file, contents: _, ...rest } = data;
  expect([...rowsOf(packageReleases, inOrder(log)).values()]).toEqual([
    { ...rest, ...file, id: 'package-release-5', createdAt: new Date(0) },
  ]);
});
