import { Module } from '@nestjs/common';
import { AccountsModule } from '../accounts/index.js';
import { readSdl } from '../core/graphql/sdl.js';
import { PictureModule } from '../core/picture/picture.module.js';
import { DownloadCounts } from './download/download-counts.js';
import { FileUrls } from './download/file-urls.js';
import { InfoResolver } from './info/info.resolver.js';
import { PackageFields } from './package/package.fields.js';
import { PackageLookup } from './package/package-lookup.js';
import { PackageQueries } from './package/package.queries.js';
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
import { ManagedVersions } from './package-version/managed-versions.js';
import { VersionChangesResolver } from './package-version/version-changes.resolver.js';
import { versionChangesSdl } from './package-version/version-changes.sdl.js';
import { Yanking } from './package-version/yanking.js';
import { Publisher } from './publish/publisher.js';
import { PublishResolver } from './publish/publish.resolver.js';
import { publishPackageSdl } from './publish/publish.sdl.js';
import { Releases } from './publish/releases.js';
import { RegistryLoaders } from './registry.loaders.js';
import { RegistryNodes } from './registry.nodes.js';
import './registry.policy.js';
import { Texts } from './texts.js';
import { UploadResolver } from './upload/upload.resolver.js';

export const registrySdl = [
  readSdl(import.meta.dirname, 'registry.graphql'),
  packageSdl,
  packageChangesSdl,
  versionChangesSdl,
  publishPackageSdl,
];

@Module({
  imports: [AccountsModule, PictureModule],
  controllers: [PackageIconController],
  providers: [
    CommandFields,
    DownloadCounts,
    FileUrls,
    InfoResolver,
    ManagedPackages,
    ManagedVersions,
    PackageChangesResolver,
    PackageFields,
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
    RegistryLoaders,
    RegistryNodes,
    Releases,
    Texts,
    UploadResolver,
    VersionChangesResolver,
    Yanking,
  ],
})
export class RegistryModule {}
