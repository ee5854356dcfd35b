import { readSdl } from '../../core/graphql/sdl.js';

export const packageInfoSdl = readSdl(import.meta.dirname, 'package-info.graphql');
