import { ResolveField, Resolver } from '@nestjs/graphql';
import { asInt } from '../download/as-int.js';
import { DownloadCounts } from '../download/download-counts.js';
import { PackageMonthsQueries } from './package-months.queries.js';

@Resolver('RegistryInfo')
export class PackageInfoFields {
  constructor(
    private readonly downloads: DownloadCounts,
    private readonly months: PackageMonthsQueries,
  ) {}

  @ResolveField()
  async packages() {
    const [downloads, { packages, versions }] = await Promise.all([
      this.downloads.ofThisMonth(),
      this.months.at(new Date()),
    ]);
    return {
      newPackagesThisMonth: asInt(packages),
      packageDownloadsThisMonth: asInt(downloads),
      versionsPublishedThisMonth: asInt(versions),
    };
  }
}
