import { Module } from '@nestjs/common';
import { AccountsModule } from '../accounts/index.js';
import { readSdl } from '../core/graphql/sdl.js';
import { DownloadCounts } from './download/download-counts.js';
import { FileUrls } from './download/file-urls.js';
import { InfoResolver } from './info/info.resolver.js';
import { PackageFields } from './package/package.fields.js';
import { PackageQueries } from './package/package.queries.js';
import { packageSdl } from './package/package.sdl.js';
import { PackageResolver } from './package/package.resolver.js';
import { PackageReleaseFields } from './package-release/package-release.fields.js';
import { PackageReleaseQueries } from './package-release/package-release.queries.js';
import { PackageReleaseResolver } from './package-release/package-release.resolver.js';
import { PackageVersionFields } from './package-version/package-version.fields.js';
import { PackageVersionQueries } from './package-version/package-version.queries.js';
import { Publisher } from './publish/publisher.js';
import { PublishResolver } from './publish/publish.resolver.js';
import { Releases } from './publish/releases.js';
import { RegistryLoaders } from './registry.loaders.js';
import { RegistryNodes } from './registry.nodes.js';
import './registry.policy.js';
import { Texts } from './texts.js';
import { UploadResolver } from './upload/upload.resolver.js';

export const registrySdl = [readSdl(import.meta.dirname, 'registry.graphql'), packageSdl];

@Module({
  imports: [AccountsModule],
  providers: [
    DownloadCounts,
    FileUrls,
    InfoResolver,
    PackageFields,
    PackageQueries,
    PackageReleaseFields,
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
  ],
})
export class RegistryModule {}
