import { readSdl } from '../../core/graphql/sdl.js';

export const liveSdl = readSdl(import.meta.dirname, 'live.graphql');
