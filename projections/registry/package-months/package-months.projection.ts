import { sums } from '../../../src/core/projection/index.js';
import { packageEvents, type PackageEvent } from '../../../src/registry/package/package.events.js';

/** A month of UTC: `2026-11`. */
export const monthOf = (at: Date): string => at.toISOString().slice(0, 7);

/** How many packages and versions came in each month: private ones, too, and also such as are gone by now. */
export const packageMonths = sums<PackageEvent>({
  name: 'package_months',
  version: 1,
  counters: ['packages', 'versions'],
  events: packageEvents,
  on: {
    'registry.package.created': ({ occurredAt }) => [{ group: monthOf(occurredAt), add: { packages: 1 } }],
    'registry.package.version-published': ({ occurredAt }) => [{ group: monthOf(occurredAt), add: { versions: 1 } }],
  },
});
