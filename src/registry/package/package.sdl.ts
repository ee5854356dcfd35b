import { readSdl } from '../../core/graphql/sdl.js';

export const packageSdl = readSdl(import.meta.dirname, 'package.graphql');
