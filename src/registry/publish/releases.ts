import { Injectable } from '@nestjs/common';
import type { ActingOwner } from '../../accounts/index.js';
import { numberOf, streamIdOf } from '../../core/command/aggregate.js';
import type { Execute } from '../../core/command/dispatcher.js';
import { StreamReader } from '../../core/command/stream-reader.js';
import type { Refusal } from '../../core/errors/refusal.js';
import { claimKey } from '../../core/event-store/claims.js';
import { EventStore } from '../../core/event-store/event-store.js';
import type { JsonRecord, PackageFile, PackageText } from '../package-file/package-file.js';
import {
  packageReleaseAggregate,
  packageReleaseClaim,
  PushPackageRelease,
  type PushedRelease,
} from '../package-release/package-release.commands.js';
import type { ReleaseText } from '../package-release/package-release.events.js';
import { Texts } from '../texts.js';
import { webcManifestOf } from './contents.js';
import type { DescribedFile } from './manifest.js';
import type { ReadFile } from './sent-files.js';

/** A release with what its file said of itself when it was read. */
export type Pushed = { releaseId: string; release: PushedRelease; file: DescribedFile };

export type Pusher = { userId: string; owner: ActingOwner; name: string | null; isPrivate: boolean };

/** Package files that were read, on their way to a release. */
@Injectable()
export class Releases {
  constructor(
    private readonly store: EventStore,
    private readonly reader: StreamReader,
    private readonly texts: Texts,
  ) {}

  /**
   * Makes a release of a file that was read. The content is stored before the event names it; when the append is refused it stays behind
   * until the blobs are collected.
   * @returns the stream of the release; the one that is there when the owner has this content already
   */
  async push({ file, take }: ReadFile, pusher: Pusher, execute: Execute, input?: object): Promise<string> {
    const [, readme, licenseFile] = await Promise.all([
      take(),
      this.stored(file.readme),
      this.stored(file.licenseFile),
    ]);
    const pushed = pushedOf(file, pusher, { readme, licenseFile });
    const append = async (streamId: string) => {
      const release = { ...pushed, number: numberOf(streamId) };
      return (await execute(new PushPackageRelease(streamId, { owner: pusher.owner, release }), input)).streamId;
    };
    const known = await this.known(pushed);
    if (known) return append(known);
    try {
      return await append(streamIdOf('package-release', await this.store.drawNumber('PackageWebc')));
    } catch (error) {
      const winner = (error as Refusal).code === 'PACKAGE_RELEASE_EXISTS' && (await this.known(pushed));
      if (!winner) throw error;
      return append(winner);
    }
  }

  async pushed(releaseId: string): Promise<Pushed> {
    const release = (await this.reader.readFirst(packageReleaseAggregate, [releaseId])).get(releaseId)!.data;
    const { contents, webcManifest } = release;
    const { wasmerToml, modules, ...said } = contents;
    const [readme, licenseFile] = await Promise.all([this.text(said.readme), this.text(said.licenseFile)]);
    const manifest = webcManifest === null ? null : (JSON.parse(webcManifest) as JsonRecord);
    const toml = wasmerToml === null ? null : { text: wasmerToml };
    return { releaseId, release, file: { ...said, atoms: modules, manifest, wasmerToml: toml, readme, licenseFile } };
  }

  /** Stores what a publisher says in many words. @returns hashes */
  async storeTexts({ readme, licenseFile }: Record<'readme' | 'licenseFile', string | null>) {
    return { readme: await this.texts.put(readme), licenseFile: await this.texts.put(licenseFile) };
  }

  private known({ ownerId, isPrivate, file }: Unnumbered): Promise<string | null> {
    const { kind, value } = packageReleaseClaim(ownerId, file.hash, isPrivate);
    return this.store.ownerOfClaim(claimKey(kind, value));
  }

  private async stored(text: PackageText | null): Promise<ReleaseText | null> {
    return text && { path: text.path, hash: (await this.texts.put(text.text))! };
  }

  private async text(stored: ReleaseText | null): Promise<PackageText | null> {
    return stored && { path: stored.path, text: (await this.texts.read(stored.hash))! };
  }
}

type Unnumbered = Omit<PushedRelease, 'number'>;

function pushedOf(
  file: PackageFile,
  { userId, owner, name, isPrivate }: Pusher,
  texts: Pick<PushedRelease['contents'], 'readme' | 'licenseFile'>,
): Unnumbered {
  const { sha256, sizeBytes, format } = file;
  return {
    ownerId: owner.id,
    name,
    isPrivate,
    pusherId: userId,
    file: { hash: sha256, sizeBytes, format },
    webcManifest: webcManifestOf(file),
    contents: { ...contentsOf(file), ...texts },
  };
}

function contentsOf(file: PackageFile): Omit<PushedRelease['contents'], 'readme' | 'licenseFile'> {
  return {
    name: file.name,
    version: file.version,
    description: file.description,
    homepage: file.homepage,
    repository: file.repository,
    license: file.license,
    private: file.private,
    entrypoint: file.entrypoint,
    commands: file.commands,
    modules: file.atoms,
    dependencies: file.dependencies,
    mounts: file.mounts,
    wasmerToml: file.wasmerToml?.text ?? null,
  };
}
