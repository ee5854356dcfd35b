import { Module } from '@nestjs/common';
import { readSdl } from '../core/graphql/sdl.js';
import { DownloadCounts } from './download/download-counts.js';
import { InfoResolver } from './info/info.resolver.js';
import { UploadResolver } from './upload/upload.resolver.js';
import './registry.policy.js';

export const registrySdl = readSdl(import.meta.dirname, 'registry.graphql');

@Module({ providers: [DownloadCounts, InfoResolver, UploadResolver] })
export class RegistryModule {}
