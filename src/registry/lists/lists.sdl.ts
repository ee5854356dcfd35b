import { readSdl } from '../../core/graphql/sdl.js';

export const listsSdl = readSdl(import.meta.dirname, 'lists.graphql');
