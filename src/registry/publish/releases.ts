import { Readable } from 'node:stream';
import { Injectable } from '@nestjs/common';
import type { ActingOwner } from '../../accounts/index.js';
import { BlobStore } from '../../core/blob/blob-store.js';
import { numberOf, streamIdOf } from '../../core/command/aggregate.js';
import type { Execute } from '../../core/command/dispatcher.js';
import { Refusal } from '../../core/errors/refusal.js';
import { claimKey } from '../../core/event-store/claims.js';
import { EventStore } from '../../core/event-store/event-store.js';
import { type UploadedFile, Uploads } from '../../core/upload/uploads.js';
import type { PackageFile } from '../package-file/package-file.js';
import { readPackageFile } from '../package-file/read-package-file.js';
import {
  packageReleaseClaim,
  PushPackageRelease,
  type PushedRelease,
} from '../package-release/package-release.commands.js';
import { publishLimits } from './publish.limits.js';
import { refuse } from '../registry.errors.js';

/** A file that was sent and read, and is not yet taken. */
export type ReadUpload = { upload: UploadedFile; file: PackageFile };

export type Pusher = { userId: string; owner: ActingOwner; name: string | null; isPrivate: boolean };

/** Package files on their way from an upload to a release. */
@Injectable()
export class Releases {
  constructor(
    private readonly store: EventStore,
    private readonly blobs: BlobStore,
    private readonly uploads: Uploads,
  ) {}

  /**
   * Reads the file that was sent to a URL. One that breaks a rule is forgotten at once: it cannot get better.
   * @throws Refusal UPLOAD_… for the URL, PACKAGE_… for the file
   */
  async read(signedUrl: string, userId: string): Promise<ReadUpload> {
    const upload = await this.uploads.find(signedUrl, userId);
    try {
      const file = await readPackageFile(upload.path);
      assertStorable(file);
      return { upload, file };
    } catch (error) {
      if (error instanceof Refusal) await this.uploads.discard(upload);
      throw error;
    }
  }

  /**
   * Makes a release of a file that was read. The content is stored before the event names it; when the append is refused it stays behind
   * until the blobs are collected.
   * @returns the stream of the release; the one that is there when the owner has this content already
   */
  async push({ upload, file }: ReadUpload, pusher: Pusher, execute: Execute, input?: object): Promise<string> {
    const [, readme, licenseFile] = await Promise.all([
      this.uploads.claim(upload),
      this.stored(file.readme?.text),
      this.stored(file.licenseFile?.text),
    ]);
    const pushed = pushedOf(file, pusher, { ...contentsOf(file), readme, licenseFile });
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

  private known({ ownerId, isPrivate, file }: Pushed): Promise<string | null> {
    const { kind, value } = packageReleaseClaim(ownerId, file.hash, isPrivate);
    return this.store.ownerOfClaim(claimKey(kind, value));
  }

  private async stored(text: string | undefined): Promise<string | null> {
    if (!text) return null;
    const content = Buffer.from(text);
    return (await this.blobs.put(Readable.from([content]), { maxBytes: content.length })).hash;
  }
}

type Pushed = Omit<PushedRelease, 'number'>;

function pushedOf(
  { sha256, sizeBytes, format, manifest }: PackageFile,
  { userId, owner, name, isPrivate }: Pusher,
  contents: PushedRelease['contents'],
): Pushed {
  return {
    ownerId: owner.id,
    name,
    isPrivate,
    pusherId: userId,
    file: { hash: sha256, sizeBytes, format },
    webcManifest: manifest && JSON.stringify(manifest),
    contents,
  };
}

function contentsOf(file: PackageFile): Omit<PushedRelease['contents'], 'readme' | 'licenseFile'> {
  const { name, version, description, homepage, repository, license, entrypoint, commands, dependencies, mounts } =
    file;
  const modules = file.atoms;
  const wasmerToml = file.wasmerToml?.text ?? null;
  return {
    name,
    version,
    description,
    homepage,
    repository,
    license,
    entrypoint,
    commands,
    modules,
    dependencies,
    mounts,
    wasmerToml,
  };
}

/** The manifest stands in the event and in every answer to a resolver; what is larger than this is no manifest any more. */
function assertStorable({ manifest }: PackageFile): void {
  const most = publishLimits.webcManifestBytes;
  const sizeBytes = manifest ? Buffer.byteLength(JSON.stringify(manifest)) : 0;
  if (sizeBytes > most) throw refuse('PACKAGE_MANIFEST_TOO_LARGE', { rule: `at most ${most} bytes`, sizeBytes });
}
