import { readSdl } from '../../core/graphql/sdl.js';

export const searchSdl = readSdl(import.meta.dirname, 'search.graphql');
