import { Module } from '@nestjs/common';
import { AccountsModule } from '../accounts/index.js';
import { readSdl } from '../core/graphql/sdl.js';
import { DownloadAccess } from './download/download-access.js';
import { DownloadController } from './download/download.controller.js';
import { DownloadCounts } from './download/download-counts.js';
import { PackageDownloadFields, VersionDownloadFields } from './download/download.fields.js';
import { DownloadQueries } from './download/download.queries.js';
import { downloadSdl } from './download/download.sdl.js';
import { FileUrls } from './download/file-urls.js';
import { PackageAddressController } from './download/package-address.controller.js';
import { InfoResolver } from './info/info.resolver.js';
import { PackageInfoFields } from './info/package-info.fields.js';
import { packageInfoSdl } from './info/package-info.sdl.js';
import { PackageMonthsQueries } from './info/package-months.queries.js';
import { PackageFields } from './package/package.fields.js';
import { PackageLookup } from './package/package-lookup.js';
import { PackageQueries } from './package/package.queries.js';
import { packageSdl } from './package/package.sdl.js';
import { PackageResolver } from './package/package.resolver.js';
import { PackageReleaseFields } from './package-release/package-release.fields.js';
import { PackageReleaseLookup } from './package-release/package-release.lookup.js';
import { PackageReleaseQueries } from './package-release/package-release.queries.js';
import { PackageReleaseResolver } from './package-release/package-release.resolver.js';
import { CommandFields, PackageVersionFields } from './package-version/package-version.fields.js';
import { PackageVersionQueries } from './package-version/package-version.queries.js';
import { Publisher } from './publish/publisher.js';
import { PublishResolver } from './publish/publish.resolver.js';
import { Releases } from './publish/releases.js';
import { RegistryLoaders } from './registry.loaders.js';
import { RegistryNodes } from './registry.nodes.js';
import './registry.policy.js';
import { Texts } from './texts.js';
import { UploadResolver } from './upload/upload.resolver.js';

export const registrySdl = [readSdl(import.meta.dirname, 'registry.graphql'), packageSdl, downloadSdl, packageInfoSdl];

@Module({
  imports: [AccountsModule],
  controllers: [DownloadController, PackageAddressController],
  providers: [
    CommandFields,
    DownloadAccess,
    DownloadCounts,
    DownloadQueries,
    FileUrls,
    InfoResolver,
    PackageDownloadFields,
    PackageFields,
    PackageLookup,
    PackageInfoFields,
    PackageMonthsQueries,
    PackageQueries,
    PackageReleaseFields,
    PackageReleaseLookup,
    PackageReleaseQueries,
    PackageReleaseResolver,
    PackageResolver,
    PackageVersionFields,
    PackageVersionQueries,
    Publisher,
    PublishResolver,
    RegistryLoaders,
    RegistryNodes,
    Releases,
    Texts,
    UploadResolver,
    VersionDownloadFields,
  ],
})
export class RegistryModule {}
