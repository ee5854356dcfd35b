import { readSdl } from '../../core/graphql/sdl.js';

export const publishPackageSdl = readSdl(import.meta.dirname, 'publish-package.graphql');
