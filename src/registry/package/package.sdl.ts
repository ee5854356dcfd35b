import { readSdl } from '../../core/graphql/sdl.js';

export const packageSdl = readSdl(import.meta.dirname, 'package.graphql');
export const packageChangesSdl = readSdl(import.meta.dirname, 'package-changes.graphql');
