import { ResolveField, Resolver } from '@nestjs/graphql';
import type { PackageVersionRow } from '../../../projections/registry/package-versions/package-versions.projection.js';
import type { Ctx } from '../../core/graphql/context.js';
import { encodeId } from '../../core/ids/global-id.js';
import { FileUrls } from '../download/file-urls.js';
import type { PackageNode } from '../package/package.queries.js';
import { distributionOf, type WebcVersion } from './distribution.js';
import type { VersionFile, VersionHead } from './package-version.queries.js';
import { Texts } from '../texts.js';
import { webcImageOf } from './webc-image.js';

/**
 * What stands behind a PackageVersion: the whole row, or the few columns that a list of versions has. What a list does not have is read when
 * it is asked for, for all of the list at once.
 */
export type VersionNode = (VersionHead | PackageVersionRow) & { package?: PackageNode };

/** Only what differs from the row. */
@Resolver('PackageVersion')
export class PackageVersionFields {
  constructor(
    private readonly urls: FileUrls,
    private readonly texts: Texts,
  ) {}

  @ResolveField()
  id(version: VersionNode) {
    return encodeId('PackageVersion', version.number);
  }

  @ResolveField()
  package(version: VersionNode, _: unknown, ctx: Ctx) {
    return packageOf(version, ctx);
  }

  /** What `ns/name@…` ends with. */
  @ResolveField()
  tag(version: VersionNode) {
    return version.version;
  }

  @ResolveField()
  fileSize(version: VersionNode) {
    return version.sizeBytes;
  }

  @ResolveField()
  description(version: VersionNode, _: unknown, ctx: Ctx) {
    return ofRow(version, ctx, (row) => row.description ?? '');
  }

  @ResolveField()
  license(version: VersionNode, _: unknown, ctx: Ctx) {
    return ofRow(version, ctx, (row) => row.license);
  }

  @ResolveField()
  homepage(version: VersionNode, _: unknown, ctx: Ctx) {
    return ofRow(version, ctx, (row) => row.homepage);
  }

  @ResolveField()
  repository(version: VersionNode, _: unknown, ctx: Ctx) {
    return ofRow(version, ctx, (row) => row.repository);
  }

  @ResolveField()
  manifest(version: VersionNode, _: unknown, ctx: Ctx) {
    return ofRow(version, ctx, (row) => row.manifest ?? '');
  }

  @ResolveField()
  readme(version: VersionNode, _: unknown, ctx: Ctx) {
    return ofRow(version, ctx, (row) => this.texts.read(row.readme));
  }

  @ResolveField()
  licenseFile(version: VersionNode, _: unknown, ctx: Ctx) {
    return ofRow(version, ctx, (row) => this.texts.read(row.licenseFile));
  }

  @ResolveField()
  piritaManifest(version: VersionNode, _: unknown, ctx: Ctx) {
    return ofFile(version, ctx, (file) => file.webcManifest);
  }

  @ResolveField()
  publishedBy(version: VersionNode, _: unknown, ctx: Ctx) {
    return ofRow(version, ctx, (row) => ctx.users.load(row.publisherId));
  }

  @ResolveField()
  filesystem(version: VersionNode, _: unknown, ctx: Ctx) {
    return ofRow(version, ctx, (row) => row.mounts);
  }

  @ResolveField()
  async distribution(version: VersionNode, { version: wanted }: { version?: WebcVersion | null }, ctx: Ctx) {
    const [node, file] = await Promise.all([packageOf(version, ctx), fileOf(version, ctx)]);
    return distributionOf(
      this.urls,
      node!,
      { ...file, number: version.number, version: version.version },
      wanted ?? null,
    );
  }

  @ResolveField()
  async webc(version: VersionNode, _: unknown, ctx: Ctx) {
    return this.image(version, 'webc-v2', ctx);
  }

  @ResolveField()
  async webcV3(version: VersionNode, _: unknown, ctx: Ctx) {
    return this.image(version, 'webc-v3', ctx);
  }

  private async image(version: VersionNode, format: 'webc-v2' | 'webc-v3', ctx: Ctx) {
    const row = await rowOf(version, ctx);
    if (row.format !== format) return null;
    const node = await packageOf(version, ctx);
    return webcImageOf({ ...row, number: row.releaseNumber }, this.urls.ofVersion(node!, row));
  }
}

function packageOf(version: VersionNode, ctx: Ctx): PackageNode | Promise<PackageNode | null> {
  return version.package ?? ctx.packages.load(version.packageId);
}

const isRow = (version: VersionNode): version is PackageVersionRow => 'hash' in version;

async function rowOf(version: VersionNode, ctx: Ctx): Promise<PackageVersionRow> {
  return isRow(version) ? version : (await ctx.packageVersions.load(version.id))!;
}

/** Something of the whole row, at once when it is there. */
export function ofRow<T>(version: VersionNode, ctx: Ctx, read: (row: PackageVersionRow) => T): T | Promise<Awaited<T>> {
  if (isRow(version)) return read(version);
  return ctx.packageVersions.load(version.id).then((row) => read(row!)) as Promise<Awaited<T>>;
}

function fileOf(version: VersionNode, ctx: Ctx): VersionFile | Promise<VersionFile> {
  return isRow(version) ? version : (ctx.versionFiles.load(version.id) as Promise<VersionFile>);
}

function ofFile<T>(version: VersionNode, ctx: Ctx, read: (file: VersionFile) => T): T | Promise<T> {
  return isRow(version) ? read(version) : ctx.versionFiles.load(version.id).then((file) => read(file!));
}
