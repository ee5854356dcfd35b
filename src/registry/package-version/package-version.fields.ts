import { ResolveField, Resolver } from '@nestjs/graphql';
import type { Ctx } from '../../core/graphql/context.js';
import { encodeId } from '../../core/ids/global-id.js';
import { packageLimits } from '../package-file/limits.js';
import { lastVersionOf } from '../package/package.fields.js';
import { PackageLookup } from '../package/package-lookup.js';
import { isRebuildOf } from '../version/version.js';
import { fixedList } from '../../core/graphql/connection/fixed-list.js';
import type { PageArgs } from '../../core/graphql/connection/page-request.js';
import { FileUrls } from '../download/file-urls.js';
import { Distribution, type WebcVersion } from './distribution.js';
import { commandsOf, modulesOf, type CommandNode } from './commands.js';
import { ofFile, ofPackageFile, ofRow, packageOf, rowOf, type VersionNode } from './version-node.js';
import { Texts } from '../texts.js';
import { webcImageOf } from './webc-image.js';

// As many as a version can have.
const dependencies = fixedList({ field: 'PackageVersion.dependencies', defaultSize: packageLimits.dependencies });

/** Only what differs from the row. */
@Resolver('PackageVersion')
export class PackageVersionFields {
  constructor(
    private readonly urls: FileUrls,
    private readonly texts: Texts,
    private readonly lookup: PackageLookup,
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
  commands(version: VersionNode, _: unknown, ctx: Ctx) {
    return ofRow(version, ctx, (row) => commandsOf(version, row));
  }

  @ResolveField()
  hasCommands(version: VersionNode, _: unknown, ctx: Ctx) {
    return ofRow(version, ctx, ({ commands }) => commands.length > 0);
  }

  @ResolveField()
  modules(version: VersionNode, _: unknown, ctx: Ctx) {
    return ofRow(version, ctx, modulesOf);
  }

  @ResolveField()
  dependencies(version: VersionNode, args: PageArgs, ctx: Ctx) {
    return dependencies.connect(args, async () => {
      const declared = await ofRow(version, ctx, (row) => row.dependencies);
      const wished = declared.flatMap(({ name, requirement }) =>
        requirement === null ? [] : [`${name}@${requirement}`],
      );
      const found = await this.lookup.versionsOf(wished, 'dependency', ctx);
      return found.filter((each) => each !== null);
    });
  }

  @ResolveField()
  async rebuilds(version: VersionNode, _: unknown, ctx: Ctx) {
    const all = await ctx.versionsOfPackages.load(version.packageId);
    const node = await packageOf(version, ctx);
    const rebuilds = (all?.versions ?? []).filter((other) => isRebuildOf(other.version, version.version));
    return rebuilds.map((other) => Object.assign(other, { package: node })).reverse();
  }

  @ResolveField()
  async isLastVersion(version: VersionNode, _: unknown, ctx: Ctx) {
    const node = await packageOf(version, ctx);
    return (await lastVersionOf(node!, ctx))?.id === version.id;
  }

  @ResolveField()
  file(version: VersionNode, _: unknown, ctx: Ctx) {
    return ofPackageFile(version, ctx, (node, { format }) => this.urls.ofVersion(node, { ...version, format }).url);
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
  distribution(version: VersionNode, { version: wanted }: { version?: WebcVersion | null }, ctx: Ctx) {
    const { number, version: text } = version;
    return ofPackageFile(version, ctx, (node, file) => {
      const urlOf = () => this.urls.ofVersion(node, { number, version: text, format: file.format });
      return new Distribution(file, urlOf, wanted ?? null);
    });
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

@Resolver('Command')
export class CommandFields {
  @ResolveField()
  module({ atom, packageVersion }: CommandNode, _: unknown, ctx: Ctx) {
    return ofRow(packageVersion, ctx, (row) => modulesOf(row).find(({ name }) => name === atom) ?? null);
  }
}
