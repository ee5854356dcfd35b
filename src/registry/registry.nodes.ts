import { Injectable } from '@nestjs/common';
import type { Ctx } from '../core/graphql/context.js';
import { NodeRegistry } from '../core/graphql/node/node-registry.js';
import { FileUrls } from './download/file-urls.js';
import { keywordNode, keywordPlace } from './package/package-keywords.js';
import { maySee, PackageQueries } from './package/package.queries.js';
import { PackageVersionQueries } from './package-version/package-version.queries.js';
import { webcImageOf } from './package-version/webc-image.js';

/** What `node(id)` finds of this silo: what the caller may see. */
@Injectable()
export class RegistryNodes {
  constructor(
    nodes: NodeRegistry,
    private readonly packages: PackageQueries,
    private readonly versions: PackageVersionQueries,
    private readonly urls: FileUrls,
  ) {
    nodes.register('Package', (numbers, ctx) => this.visiblePackages(numbers, ctx));
    nodes.register('PackageVersion', (numbers, ctx) => this.visibleVersions(numbers, ctx));
    nodes.register('PackageWebc', (numbers, ctx) => this.visibleReleases(numbers, ctx));
    nodes.register('PackageKeyword', (numbers, ctx) => this.visibleKeywords(numbers, ctx));
    nodes.register('WebcImage', (numbers, ctx) => this.visibleImages(numbers, ctx));
  }

  private async visiblePackages(numbers: readonly number[], { actor }: Ctx) {
    const found = await this.packages.byNumbers(numbers);
    const visible = new Map(found.filter((node) => maySee(actor, node)).map((node) => [node.number, node]));
    return numbers.map((number) => visible.get(number) ?? null);
  }

  private async visibleVersions(numbers: readonly number[], ctx: Ctx) {
    const found = new Map((await this.versions.byNumbers(numbers)).map((row) => [row.number, row]));
    return Promise.all(
      numbers.map(async (number) => {
        const row = found.get(number);
        const node = row && (await ctx.packages.load(row.packageId));
        return node && maySee(ctx.actor, node) ? Object.assign(row, { package: node }) : null;
      }),
    );
  }

  private async visibleReleases(numbers: readonly number[], ctx: Ctx) {
    const found = await ctx.packageReleases.loadMany(numbers.map(String));
    return found.map((release) => (release && maySee(ctx.actor, release) ? release : null));
  }

  private async visibleKeywords(numbers: readonly number[], ctx: Ctx) {
    const places = numbers.map(keywordPlace);
    const versions = await this.visibleVersions(
      places.map(({ versionNumber }) => versionNumber),
      ctx,
    );
    return places.map(({ versionNumber, place }, index) => {
      const name = versions[index]?.keywords[place];
      return name === undefined ? null : keywordNode(versionNumber, place, name);
    });
  }

  /** An image has the number of its release. */
  private async visibleImages(numbers: readonly number[], ctx: Ctx) {
    const releases = await this.visibleReleases(numbers, ctx);
    return releases.map((release) => release && webcImageOf(release, this.urls.ofRelease(release)));
  }
}
