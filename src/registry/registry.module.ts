import { Module } from '@nestjs/common';
import { readSdl } from '../core/graphql/sdl.js';
import { InfoResolver } from './info/info.resolver.js';

export const registrySdl = readSdl(import.meta.dirname, 'registry.graphql');

@Module({ providers: [InfoResolver] })
export class RegistryModule {}
