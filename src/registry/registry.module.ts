import { Module } from '@nestjs/common';
import { AccountsModule } from '../accounts/index.js';
import { readSdl } from '../core/graphql/sdl.js';
import { DownloadAccess } from './download/download-access.js';
import { DownloadController } from './download/download.controller.js';
import { PictureModule } from '../core/picture/picture.module.js';
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
import { ChangeFeeds } from './lists/change-feeds.js';
import { ChangeFeedsResolver } from './lists/change-feeds.resolver.js';
import { ListsResolver } from './lists/lists.resolver.js';
import { listsSdl } from './lists/lists.sdl.js';
import { NamespaceListFields, UserListFields } from './lists/owner-lists.fields.js';
import { PackageLists } from './lists/package-lists.js';
import { PackageReleaseListFields, ReleaseLists } from './lists/release-lists.js';
import { VersionLists } from './lists/version-lists.js';
import { liveSdl } from './live/live.sdl.js';
import { PublishedVersions } from './live/published-versions.js';
import { ReadyResponseFields, VersionReadiness } from './live/version-readiness.js';
import { VersionSubscriptions } from './live/version.subscriptions.js';
import { PackageFields } from './package/package.fields.js';
import { PackageLookup } from './package/package-lookup.js';
import { PackageQueries } from './package/package.queries.js';
import { PackageStreams } from './package/package-streams.js';
import { ManagedPackages } from './package/managed-packages.js';
import { PackageChangesResolver } from './package/package-changes.resolver.js';
import { PackageIconController } from './package/package-icon.controller.js';
import { packageChangesSdl, packageSdl } from './package/package.sdl.js';
import { PackageResolver } from './package/package.resolver.js';
import { PackageReleaseFields } from './package-release/package-release.fields.js';
import { PackageReleaseLookup } from './package-release/package-release.lookup.js';
import { PackageReleaseQueries } from './package-release/package-release.queries.js';
import { PackageReleaseResolver } from './package-release/package-release.resolver.js';
import { CommandFields, PackageVersionFields } from './package-version/package-version.fields.js';
import { PackageVersionQueries } from './package-version/package-version.queries.js';
import { MissingDependencies } from './publish/missing-dependencies.js';
import { ManagedVersions } from './package-version/managed-versions.js';
import { VersionChangesResolver } from './package-version/version-changes.resolver.js';
import { versionChangesSdl } from './package-version/version-changes.sdl.js';
import { Yanking } from './package-version/yanking.js';
import { EarlierPublish } from './publish/earlier-publish.js';
import { Publisher } from './publish/publisher.js';
import { PublishResolver } from './publish/publish.resolver.js';
import { publishPackageSdl } from './publish/publish.sdl.js';
import { Releases } from './publish/releases.js';
import { SentFiles } from './publish/sent-files.js';
import { RegistryLoaders } from './registry.loaders.js';
import { RegistryNodes } from './registry.nodes.js';
import './registry.policy.js';
import { SearchResolver } from './search/search.resolver.js';
import { searchSdl } from './search/search.sdl.js';
import { Texts } from './texts.js';
import { UploadResolver } from './upload/upload.resolver.js';

export const registrySdl = [
  readSdl(import.meta.dirname, 'registry.graphql'),
  downloadSdl,
  listsSdl,
  liveSdl,
  packageChangesSdl,
  packageInfoSdl,
  packageSdl,
  publishPackageSdl,
  searchSdl,
  versionChangesSdl,
];

@Module({
  imports: [AccountsModule, PictureModule],
  controllers: [DownloadController, PackageAddressController, PackageIconController],
  providers: [
    ChangeFeeds,
    ChangeFeedsResolver,
    CommandFields,
    DownloadAccess,
    DownloadCounts,
    EarlierPublish,
    DownloadQueries,
    FileUrls,
    InfoResolver,
    ListsResolver,
    ManagedPackages,
    ManagedVersions,
    MissingDependencies,
    NamespaceListFields,
    PackageChangesResolver,
    PackageDownloadFields,
    PackageFields,
    PackageInfoFields,
    PackageLists,
    PackageLookup,
    PackageMonthsQueries,
    PackageQueries,
    PackageReleaseFields,
    PackageReleaseListFields,
    PackageReleaseLookup,
    PackageReleaseQueries,
    PackageReleaseResolver,
    PackageResolver,
    PackageStreams,
    PackageVersionFields,
    PackageVersionQueries,
    PublishResolver,
    PublishedVersions,
    Publisher,
    ReadyResponseFields,
    RegistryLoaders,
    RegistryNodes,
    ReleaseLists,
    Releases,
    SearchResolver,
    SentFiles,
    Texts,
    UploadResolver,
    UserListFields,
    VersionChangesResolver,
    VersionDownloadFields,
    VersionLists,
    VersionReadiness,
    VersionSubscriptions,
    Yanking,
  ],
})
export class RegistryModule {}
