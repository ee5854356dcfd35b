import { hostileLayouts } from './hostile-layout.js';
import { hostileManifests } from './hostile-manifest.js';
import type { HostileFile } from './hostile-parts.js';
import { hostilePaths } from './hostile-paths.js';

export const hostileWebc: HostileFile[] = [...hostileLayouts, ...hostileManifests, ...hostilePaths];
