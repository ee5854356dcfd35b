import { packageMonths } from '../../projections/registry/package-months/package-months.projection.js';
import { packageReleases } from '../../projections/registry/package-releases/package-releases.projection.js';
import { packageVersions } from '../../projections/registry/package-versions/package-versions.projection.js';
import { packages } from '../../projections/registry/packages/packages.projection.js';
import type { Silo } from '../core/command/silo.js';
import { packageAggregate } from './package/package.commands.js';
import { packageReleaseAggregate } from './package-release/package-release.commands.js';

/** What the silo brings to the write side and to the read models: each aggregate and projection once. */
export const registry: Silo = {
  name: 'registry',
  aggregates: [packageAggregate, packageReleaseAggregate],
  projections: [packages, packageVersions, packageReleases, packageMonths],
  blobs: [
    { projection: packages, column: 'icon' },
    { projection: packageVersions, column: 'hash' },
    { projection: packageVersions, column: 'readme' },
    { projection: packageVersions, column: 'licenseFile' },
    { projection: packageReleases, column: 'hash' },
  ],
};
