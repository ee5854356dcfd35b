import { readSdl } from '../../core/graphql/sdl.js';

export const versionChangesSdl = readSdl(import.meta.dirname, 'version-changes.graphql');
