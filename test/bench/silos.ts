import { command } from '../../src/core/command/command.js';
import type { Silo } from '../../src/core/command/silo.js';
import { aggregate, decides } from '../../src/core/command/aggregate.js';
import { decision, type Decision } from '../../src/core/command/decision.js';
import { eventTypes } from '../../src/core/event-store/event-types.js';
import type { Event } from '../../src/core/event-store/types.js';
import { projection, readTable, sums, type Projection } from '../../src/core/projection/index.js';

/** A package of which versions are published: one small event at a time, or many. */
export type PackageEvent = Event<
  'bench.package.published',
  { version: string; size: number; description: string; license: string }
>;

const packageEvents = eventTypes<PackageEvent>({ 'bench.package.published': { version: 1 } });

export class Publish extends command('bench.Publish') {
  constructor(
    readonly streamId: string,
    readonly published: PackageEvent['data'],
  ) {
    super();
  }
}

const packageAggregate = aggregate<{ versions: number }, PackageEvent>({
  name: 'package',
  events: packageEvents,
  initialState: { versions: 0 },
  evolve: ({ versions }) => ({ versions: versions + 1 }),
  decisions: [
    decides(Publish, (_, { published }): Decision<PackageEvent> => {
      return decision<PackageEvent>({ event: { type: 'bench.package.published', data: published } });
    }),
  ],
});

type PackageRow = {
  id: string;
  lastVersion: string;
  description: string;
  license: string;
  versions: number;
  bytes: number;
  changedAt: Date;
};

/** One row per stream. */
export const packages = projection<PackageRow, PackageEvent>({
  table: readTable<PackageRow>({
    name: 'bench_packages',
    version: 1,
    columns: {
      lastVersion: { type: 'text', name: 'last_version' },
      description: { type: 'text' },
      license: { type: 'text' },
      versions: { type: 'integer' },
      bytes: { type: 'bigint' },
      changedAt: { type: 'timestamptz', name: 'changed_at' },
    },
  }),
  events: packageEvents,
  on: {
    'bench.package.published': ({ streamId, data, occurredAt }, row) => ({
      id: streamId,
      lastVersion: data.version,
      description: data.description,
      license: data.license,
      versions: (row?.versions ?? 0) + 1,
      bytes: (row?.bytes ?? 0) + data.size,
      changedAt: occurredAt,
    }),
  },
});

type VersionRow = { id: string; version: string; size: number; publishedAt: Date };

const versionId = ({ streamId, data }: { streamId: string; data: PackageEvent['data'] }) =>
  `${streamId}/${data.version}`;

/** One row per event: keys of its own. */
export const versions = projection<VersionRow, PackageEvent>({
  table: readTable<VersionRow>({
    name: 'bench_versions',
    version: 1,
    columns: {
      version: { type: 'text' },
      size: { type: 'bigint' },
      publishedAt: { type: 'timestamptz', name: 'published_at' },
    },
  }),
  events: packageEvents,
  keys: (event) => [versionId(event)],
  on: {
    'bench.package.published': (event) => ({
      id: versionId(event),
      version: event.data.version,
      size: event.data.size,
      publishedAt: event.occurredAt,
    }),
  },
});

export const licenses = sums<PackageEvent>({
  name: 'bench_licenses',
  version: 1,
  counters: ['versions', 'bytes'],
  events: packageEvents,
  on: {
    'bench.package.published': ({ data }) => [{ group: data.license, add: { versions: 1, bytes: data.size } }],
  },
});

/** The measured silo with some of its projections. */
export const benchSilo = (...projections: Projection[]): Silo => ({
  name: 'bench',
  aggregates: [packageAggregate],
  projections,
});

/** Projections as many other silos would bring them: each reads an event type of its own, of which there is none. */
export function idleProjections(number: number): Projection[] {
  return Array.from({ length: number }, (_, index) => {
    const type = `idle.thing-${index}.happened`;
    return projection<{ id: string }, Event<string, Record<string, never>>>({
      table: readTable<{ id: string }>({ name: `idle_${index}`, version: 1, columns: {} }),
      events: eventTypes({ [type]: { version: 1 } }),
      on: { [type]: (event: { streamId: string }) => ({ id: event.streamId }) },
    });
  });
}
