import { Module } from '@nestjs/common';
import { AccountsModule } from '../accounts/index.js';
import { readSdl } from '../core/graphql/sdl.js';
import { DownloadCounts } from './download/download-counts.js';
import { FileUrls } from './download/file-urls.js';
import { InfoResolver } from './info/info.resolver.js';
import { ChangeFeeds } from './lists/change-feeds.js';
import { ChangeFeedsResolver } from './lists/change-feeds.resolver.js';
import { ListsResolver } from './lists/lists.resolver.js';
import { listsSdl } from './lists/lists.sdl.js';
import { NamespaceListFields, UserListFields } from './lists/owner-lists.fields.js';
import { PackageLists } from './lists/package-lists.js';
import { VersionLists } from './lists/version-lists.js';
import { liveSdl } from './live/live.sdl.js';
import { PublishedVersions } from './live/published-versions.js';
import { ReadyResponseFields, VersionReadiness } from './live/version-readiness.js';
import { VersionSubscriptions } from './live/version.subscriptions.js';
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
import { MissingDependencies } from './publish/missing-dependencies.js';
import { Publisher } from './publish/publisher.js';
import { PublishResolver } from './publish/publish.resolver.js';
import { Releases } from './publish/releases.js';
import { RegistryLoaders } from './registry.loaders.js';
import { RegistryNodes } from './registry.nodes.js';
import './registry.policy.js';
import { SearchResolver } from './search/search.resolver.js';
import { searchSdl } from './search/search.sdl.js';
import { Texts } from './texts.js';
import { UploadResolver } from './upload/upload.resolver.js';

export const registrySdl = [readSdl(import.meta.dirname, 'registry.graphql'), packageSdl, listsSdl, liveSdl, searchSdl];

@Module({
  imports: [AccountsModule],
  providers: [
    ChangeFeeds,
    ChangeFeedsResolver,
    CommandFields,
    DownloadCounts,
    FileUrls,
    InfoResolver,
    ListsResolver,
    MissingDependencies,
    NamespaceListFields,
    PackageFields,
    PackageLists,
    PackageLookup,
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
    PublishedVersions,
    ReadyResponseFields,
    RegistryLoaders,
    RegistryNodes,
    Releases,
    SearchResolver,
    Texts,
    UploadResolver,
    UserListFields,
    VersionLists,
    VersionReadiness,
    VersionSubscriptions,
  ],
})
export class RegistryModule {}
