import { readSdl } from '../../core/graphql/sdl.js';

export const downloadSdl = readSdl(import.meta.dirname, 'download.graphql');
