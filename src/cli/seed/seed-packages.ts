import { numberOf } from '../../core/command/aggregate.js';
import { PublishPackageVersion, YankPackageVersions } from '../../registry/package/package.commands.js';
import type { StoredFile } from '../../registry/package/package.events.js';
import { sha256 } from '../../registry/package-file/write-webc.js';
import { publishedFacts } from '../../registry/publish/manifest.js';
import { publishedVersion } from '../../registry/publish/published-version.js';
import type { Progress } from '../progress.js';
import type { SeedOptions } from './options.js';
import { packageContents, wasmerTomlOf } from './package-contents.js';
import { plannedPackage, type PlannedPackage } from './plan-packages.js';
import type { PlannedVersion } from './plan-versions.js';
import type { SeededOwner } from './seed-accounts.js';
import type { Seeder } from './seeder.js';

/** Packages under way at the same time: enough that the database always has something to do. Versions of one follow each other. */
const parallel = 24;

/** Publishes the versions that are not there yet. Ends early, in good order, when it is interrupted. */
export async function seedPackages(
  seeder: Seeder,
  options: SeedOptions,
  owners: Map<string, SeededOwner>,
  progress: Progress,
): Promise<void> {
  let next = 0;
  let done = 0;
  progress.total(options.packages);
  const publishInTurn = async () => {
    while (next < options.packages && !seeder.interrupted.aborted) {
      const planned = plannedPackage(options, next++);
      await seedPackage(seeder, planned, owners.get(planned.owner)!);
      progress.update(++done);
    }
  };
  await Promise.all(Array.from({ length: parallel }, publishInTurn));
}

async function seedPackage(seeder: Seeder, planned: PlannedPackage, owner: SeededOwner): Promise<void> {
  const { packages, added, there } = seeder;
  const packageId = await packages.find(owner.id, planned.name);
  const state = packageId === null ? null : await packages.load(packageId);
  const known = state?.status === 'active' ? state.versions : {};
  const missing = planned.versions.filter(({ version }) => !Object.hasOwn(known, version));
  there.versions += planned.versions.length - missing.length;
  if (packageId !== null) there.packages++;
  if (missing.length === 0) return;
  const publishing = await openPublishing(seeder, planned, owner, packageId ?? (await packages.create()));
  if (packageId === null) added.packages++;
  for (const version of missing) {
    if (seeder.interrupted.aborted) return;
    await publish(seeder, publishing, version);
  }
}

/** What the versions of one package share. */
type Publishing = {
  planned: PlannedPackage;
  owner: SeededOwner;
  packageId: string;
  contents: Awaited<ReturnType<typeof packageContents>>;
  release: { id: string; number: number; file: StoredFile };
  texts: { readme: string; licenseFile: null };
};

/** One file for all versions: it is pushed once, and its texts are stored once. */
async function openPublishing(
  { releases, execute, take }: Seeder,
  planned: PlannedPackage,
  owner: SeededOwner,
  packageId: string,
): Promise<Publishing> {
  const { name, isPrivate } = planned;
  const contents = await packageContents(planned);
  const { file, bytes } = contents;
  const pusher = { userId: owner.userId, owner, name, isPrivate };
  const id = await releases.push({ file, take: () => take(bytes) }, pusher, execute);
  // The release has stored the text: it is not stored again, for that costs as much as an append.
  const texts = { readme: sha256(planned.readme).toString('hex'), licenseFile: null };
  const stored = { hash: file.sha256, sizeBytes: file.sizeBytes, format: file.format };
  return { planned, owner, packageId, contents, release: { id, number: numberOf(id), file: stored }, texts };
}

async function publish(
  { packages, execute, added }: Seeder,
  { planned, owner, packageId, contents, release, texts }: Publishing,
  { version, yanked }: PlannedVersion,
): Promise<void> {
  const { name, isPrivate } = planned;
  const facts = publishedFacts({ manifest: wasmerTomlOf(planned, version) }, contents.file, 'publish');
  const number = await packages.drawVersionNumber();
  const published = publishedVersion({ number, version, release, publisherId: owner.userId }, facts, texts);
  const wanted = { name, isPrivate, number: numberOf(packageId) };
  await execute(new PublishPackageVersion(packageId, { owner, package: wanted, version: published }));
  added.versions++;
  if (yanked === null) return;
  await execute(new YankPackageVersions(packageId, { owner, numbers: [number], reason: yanked, undo: false }));
  added.yanked++;
}
