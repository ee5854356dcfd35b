import { decider } from '../../../test/kit/given.js';
import { packageCreated, publishedVersion, versionPublished } from '../../../test/kit/packages.js';
import { registryLimits } from '../registry.limits.js';
import {
  archivePackage,
  ArchivePackage,
  archivePackageVersion,
  ArchivePackageVersion,
  changePackageIcon,
  ChangePackageIcon,
  makePackagePublic,
  MakePackagePublic,
  packageAggregate,
  publishPackageVersion,
  PublishPackageVersion,
  yankPackageVersions,
  YankPackageVersions,
} from './package.commands.js';
import type { PackageEvent } from './package.events.js';

const { given } = decider(packageAggregate);
const id = 'package-7';
const owner = { id: 'namespace-2', version: 3 };
const stillOwned = [{ streamId: 'namespace-2', version: 3 }];
const formerOwner = { id: 'namespace-9', version: 1 };

const created = packageCreated();
const createdPrivate = packageCreated(true);
const one = versionPublished('1.0.0', 11);
const two = versionPublished('2.0.0', 12);
const archived: PackageEvent = { type: 'registry.package.archived', data: {} };
const unarchived: PackageEvent = { type: 'registry.package.unarchived', data: {} };
const madePublic: PackageEvent = { type: 'registry.package.made-public', data: {} };
const icon = (hash: string | null): PackageEvent => ({ type: 'registry.package.icon-changed', data: { icon: hash } });
const yanked = (number: number, reason: string | null = 'Broken'): PackageEvent => ({
  type: 'registry.package.version-yanked',
  data: { number, reason },
});
const unyanked = (number: number): PackageEvent => ({ type: 'registry.package.version-unyanked', data: { number } });

const publish = (
  version: string,
  number: number,
  { name = 'tool-1', isPrivate, by = owner }: { name?: string; isPrivate?: boolean; by?: typeof owner } = {},
) =>
  new PublishPackageVersion(id, {
    owner: by,
    package: { number: 7, name, isPrivate },
    version: publishedVersion(version, number),
  });

describe('publishPackageVersion', () => {
  it('makes the package with its first version, takes its name and what it looks like', () => {
    given()
      .when(publishPackageVersion, publish('1.0.0', 11))
      .then([created, one])
      .claims({ take: ['package-name:namespace-2/tool-1', 'package-skeleton:namespace-2/tool-l'] })
      .requires(stillOwned);
  });

  it('makes a private one when it is asked to', () => {
    given()
      .when(publishPackageVersion, publish('1.0.0', 11, { isPrivate: true }))
      .then([createdPrivate, one]);
  });

  it('sets the picture that comes with it, unless it is the one', () => {
    const pictured = (hash: string, version = '1.0.0', number = 11) =>
      new PublishPackageVersion(id, { ...publish(version, number).publish, icon: hash });
    given()
      .when(publishPackageVersion, pictured('a1'))
      .then([created, icon('a1'), one]);
    given(created, icon('a1'), one)
      .when(publishPackageVersion, pictured('a1', '2.0.0', 12))
      .then([two]);
  });

  it('adds a version to the package that is there, and claims nothing again', () => {
    given(created, one).when(publishPackageVersion, publish('2.0.0', 12)).then([two]).claims({}).requires(stillOwned);
  });

  it('leaves a package as private as it is when nothing is said, and when false is', () => {
    for (const isPrivate of [undefined, false])
      given(createdPrivate, one)
        .when(publishPackageVersion, publish('2.0.0', 12, { isPrivate }))
        .then([two]);
  });

  it.each([
    ['as it is', [created, one]],
    ['yanked', [created, one, yanked(11)]],
    ['archived', [created, one, { type: 'registry.package.version-archived', data: { number: 11 } }]],
  ] as [string, PackageEvent[]][])('refuses a version that exists, %s, and says which file it has', (_, past) => {
    given(...past)
      .when(publishPackageVersion, publish('1.0.0', 13))
      .refuses('PACKAGE_VERSION_EXISTS', { field: 'version', sha256: publishedVersion('1.0.0', 11).file.hash });
  });

  it('takes another build of a version that exists', () => {
    given(created, one)
      .when(publishPackageVersion, publish('1.0.0+2', 13))
      .then([versionPublished('1.0.0+2', 13)]);
  });

  it.each(['', '-tool', '_tool', 'to ol', 'tööl', 'a/b', 'a@1', 'tool.js', '../x', 'x'.repeat(101)])(
    'refuses the name %j',
    (name) => {
      given()
        .when(publishPackageVersion, publish('1.0.0', 11, { name }))
        .refuses('INVALID_PACKAGE_NAME', { field: 'name' });
    },
  );

  it('refuses its name in another case, with how it is written', () => {
    given(created, one)
      .when(publishPackageVersion, publish('2.0.0', 12, { name: 'Tool-1' }))
      .refuses('PACKAGE_NAME_TAKEN', { field: 'name', rule: 'written as tool-1' });
  });

  it('refuses to hide what was public, and one that is archived', () => {
    given(created, one)
      .when(publishPackageVersion, publish('2.0.0', 12, { isPrivate: true }))
      .refuses('PACKAGE_IS_PUBLIC', { field: 'private' });
    given(createdPrivate, one, madePublic)
      .when(publishPackageVersion, publish('2.0.0', 12, { isPrivate: true }))
      .refuses('PACKAGE_IS_PUBLIC', { field: 'private' });
    given(created, one, archived)
      .when(publishPackageVersion, publish('2.0.0', 12))
      .refuses('PACKAGE_IS_ARCHIVED', { field: 'name' });
    given(created, one, archived, unarchived).when(publishPackageVersion, publish('2.0.0', 12)).then([two]);
  });

  it('refuses who was checked for another owner', () => {
    given(created, one)
      .when(publishPackageVersion, publish('2.0.0', 12, { by: formerOwner }))
      .refuses('PACKAGE_NOT_FOUND', { field: 'name' });
  });

  it('refuses a version more than a package may have', () => {
    const most = registryLimits.versionsPerPackage;
    const versions = Object.fromEntries(
      Array.from({ length: most }, (_, n) => [
        `0.0.${n}`,
        { number: n, hash: 'x', isYanked: false, isArchived: false },
      ]),
    );
    const full = { status: 'active', name: 'tool-1', ownerId: owner.id, isPrivate: false, isArchived: false } as const;
    const state = { ...full, icon: null, versions };
    expect(() => publishPackageVersion(state, publish('1.0.0', most + 1))).toThrow(
      expect.objectContaining({ code: 'TOO_MANY_VERSIONS', details: { field: 'version', most } }),
    );
  });
});

describe('yankPackageVersions', () => {
  const yank = (numbers: number[], { undo = false, reason = 'Broken' as string | null, by = owner } = {}) =>
    new YankPackageVersions(id, { owner: by, numbers, reason, undo });

  it('yanks several at once, with the reason', () => {
    given(created, one, two)
      .when(yankPackageVersions, yank([11, 12]))
      .then([yanked(11), yanked(12)])
      .requires(stillOwned);
    given(created, one)
      .when(yankPackageVersions, yank([11], { reason: null }))
      .then([yanked(11, null)]);
  });

  it('takes it back, and yanks again', () => {
    given(created, one, yanked(11))
      .when(yankPackageVersions, yank([11], { undo: true }))
      .then([unyanked(11)]);
    given(created, one, yanked(11), unyanked(11))
      .when(yankPackageVersions, yank([11]))
      .then([yanked(11)]);
  });

  it('leaves alone what is so already, whatever the reason', () => {
    given(created, one, two, yanked(11))
      .when(yankPackageVersions, yank([11, 12], { reason: 'Worse' }))
      .then([yanked(12, 'Worse')]);
    given(created, one)
      .when(yankPackageVersions, yank([11], { undo: true }))
      .then([]);
  });

  it('refuses all of them when one is not of this package, or the owner is another', () => {
    given(created, one)
      .when(yankPackageVersions, yank([11, 12]))
      .refuses('PACKAGE_VERSION_NOT_FOUND');
    given(created, one)
      .when(yankPackageVersions, yank([11], { by: formerOwner }))
      .refuses('PACKAGE_NOT_FOUND');
    given()
      .when(yankPackageVersions, yank([11]))
      .refuses('PACKAGE_NOT_FOUND');
  });
});

describe('archivePackage', () => {
  const archive = (isArchived: boolean, by = owner) => new ArchivePackage(id, { owner: by, isArchived });

  it('archives and takes out again, each once', () => {
    given(created, one).when(archivePackage, archive(true)).then([archived]).requires(stillOwned);
    given(created, one, archived).when(archivePackage, archive(true)).then([]);
    given(created, one, archived).when(archivePackage, archive(false)).then([unarchived]);
    given(created, one).when(archivePackage, archive(false)).then([]);
  });

  it('refuses another owner', () => {
    given(created, one).when(archivePackage, archive(true, formerOwner)).refuses('PACKAGE_NOT_FOUND');
  });
});

describe('archivePackageVersion', () => {
  const archive = (number: number, isArchived: boolean, by = owner) =>
    new ArchivePackageVersion(id, { owner: by, number, isArchived });
  const versionArchived: PackageEvent = { type: 'registry.package.version-archived', data: { number: 11 } };
  const versionUnarchived: PackageEvent = { type: 'registry.package.version-unarchived', data: { number: 11 } };

  it('archives and takes out again, each once', () => {
    given(created, one).when(archivePackageVersion, archive(11, true)).then([versionArchived]).requires(stillOwned);
    given(created, one, versionArchived).when(archivePackageVersion, archive(11, true)).then([]);
    given(created, one, versionArchived).when(archivePackageVersion, archive(11, false)).then([versionUnarchived]);
    given(created, one, versionArchived, versionUnarchived).when(archivePackageVersion, archive(11, false)).then([]);
  });

  it('refuses a version of another package, and another owner', () => {
    given(created, one).when(archivePackageVersion, archive(12, true)).refuses('PACKAGE_VERSION_NOT_FOUND');
    given(created, one)
      .when(archivePackageVersion, archive(11, true, formerOwner))
      .refuses('PACKAGE_NOT_FOUND');
  });
});

describe('changePackageIcon', () => {
  const change = (hash: string | null | undefined, by = owner) => new ChangePackageIcon(id, { owner: by, icon: hash });

  it('sets, replaces and clears it, and writes nothing when it is so already', () => {
    given(created, one)
      .when(changePackageIcon, change('a1'))
      .then([icon('a1')])
      .requires(stillOwned);
    given(created, one, icon('a1'))
      .when(changePackageIcon, change('b2'))
      .then([icon('b2')]);
    given(created, one, icon('a1')).when(changePackageIcon, change('a1')).then([]);
    given(created, one, icon('a1'))
      .when(changePackageIcon, change(null))
      .then([icon(null)]);
    given(created, one).when(changePackageIcon, change(null)).then([]);
    given(created, one, icon('a1')).when(changePackageIcon, change(undefined)).then([]);
  });

  it('refuses another owner', () => {
    given(created, one).when(changePackageIcon, change('a1', formerOwner)).refuses('PACKAGE_NOT_FOUND');
  });
});

describe('makePackagePublic', () => {
  const make = (by = owner) => new MakePackagePublic(id, { owner: by });

  const versionsMadePublic = (...numbers: number[]): PackageEvent => ({
    type: 'registry.package.versions-made-public',
    data: { numbers },
  });

  it('does so once, with all of its versions', () => {
    given(createdPrivate, one, two)
      .when(makePackagePublic, make())
      .then([madePublic, versionsMadePublic(11, 12)])
      .requires(stillOwned);
    given(createdPrivate, one, madePublic).when(makePackagePublic, make()).then([]);
    given(created, one).when(makePackagePublic, make()).then([]);
  });

  it('refuses another owner', () => {
    given(createdPrivate, one).when(makePackagePublic, make(formerOwner)).refuses('PACKAGE_NOT_FOUND');
  });
});
