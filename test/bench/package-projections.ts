import type { Silo } from '../../src/core/command/silo.js';
import type { Recorded } from '../../src/core/event-store/types.js';
import { aggregate } from '../../src/core/command/aggregate.js';
import { projection, readTable, type Projection } from '../../src/core/projection/index.js';
import { packageEvents, type PackageEvent } from './package-events.js';

export type PackageRow = {
  id: string;
  name: string;
  ownerId: string;
  description: string;
  license: string;
  repository: string;
  latestVersion: string;
  sha256: string;
  versions: number;
  yanked: number;
  bytes: number;
  tags: Record<string, string>;
  createdAt: Date;
  updatedAt: Date;
};

const text = { type: 'text' } as const;
const time = { type: 'timestamptz' } as const;

/** What a page about a package shows: a row that a fold of the package's own events makes, with two indexes. */
export const packagePages = projection<PackageRow, PackageEvent>({
  table: readTable<PackageRow>({
    name: 'bench_package_pages',
    version: 1,
    columns: {
      name: text,
      ownerId: { ...text, name: 'owner_id' },
      description: text,
      license: text,
      repository: text,
      latestVersion: { ...text, name: 'latest_version' },
      sha256: text,
      versions: { type: 'integer' },
      yanked: { type: 'integer' },
      bytes: { type: 'bigint' },
      tags: { type: 'jsonb' },
      createdAt: { ...time, name: 'created_at' },
      updatedAt: { ...time, name: 'updated_at' },
    },
    indices: [{ columns: ['name'] }, { columns: ['ownerId', 'name'] }],
  }),
  events: packageEvents,
  on: {
    'bench.package.created': ({ streamId, data, occurredAt }) => ({
      id: streamId,
      name: data.name,
      ownerId: data.ownerId,
      ...published(data),
      versions: 1,
      yanked: 0,
      bytes: data.sizeBytes,
      tags: {},
      createdAt: occurredAt,
      updatedAt: occurredAt,
    }),
    'bench.package.version-published': ({ data, occurredAt }, row) => ({
      ...row,
      ...published(data),
      versions: row.versions + 1,
      bytes: row.bytes + data.sizeBytes,
      updatedAt: occurredAt,
    }),
    'bench.package.tagged': ({ data, occurredAt }, row) => ({
      ...row,
      tags: { ...row.tags, [data.tag]: data.version },
      updatedAt: occurredAt,
    }),
    'bench.package.yanked': ({ occurredAt }, row) => ({ ...row, yanked: row.yanked + 1, updatedAt: occurredAt }),
    'bench.package.renamed': ({ data, occurredAt }, row) => ({ ...row, name: data.name, updatedAt: occurredAt }),
  },
});

type Published = Extract<PackageEvent, { type: 'bench.package.version-published' }>['data'];

const published = ({ description, license, repository, version, sha256 }: Published) => ({
  description,
  license,
  repository,
  latestVersion: version,
  sha256,
});

type ActivityRow = { id: string; versions: number; yanked: number; bytes: number; firstAt: Date; lastAt: Date };

/** What can be said in SQL, too: counts and sums per package. */
export const packageActivity = projection<ActivityRow, PackageEvent>({
  table: readTable<ActivityRow>({
    name: 'bench_package_activity',
    version: 1,
    columns: {
      versions: { type: 'integer' },
      yanked: { type: 'integer' },
      bytes: { type: 'bigint' },
      firstAt: { ...time, name: 'first_at' },
      lastAt: { ...time, name: 'last_at' },
    },
  }),
  events: packageEvents,
  on: {
    'bench.package.created': (event, row) => active(event, row, { versions: 1, bytes: event.data.sizeBytes }),
    'bench.package.version-published': (event, row) => active(event, row, { versions: 1, bytes: event.data.sizeBytes }),
    'bench.package.tagged': (event, row) => active(event, row, {}),
    'bench.package.yanked': (event, row) => active(event, row, { yanked: 1 }),
    'bench.package.renamed': (event, row) => active(event, row, {}),
  },
  foldSql: `
    SELECT stream_id AS id,
      count(*) FILTER (WHERE type IN ('bench.package.created', 'bench.package.version-published'))::integer AS versions,
      count(*) FILTER (WHERE type = 'bench.package.yanked')::integer AS yanked,
      coalesce(sum((data->>'sizeBytes')::bigint), 0)::bigint AS bytes,
      min(occurred_at) AS first_at, max(occurred_at) AS last_at, max(position) AS position
    FROM events GROUP BY stream_id`,
});

function active(
  { streamId, occurredAt }: Recorded,
  row: ActivityRow | undefined,
  { versions = 0, yanked = 0, bytes = 0 }: Partial<Pick<ActivityRow, 'versions' | 'yanked' | 'bytes'>>,
): ActivityRow {
  return {
    id: streamId,
    versions: (row?.versions ?? 0) + versions,
    yanked: (row?.yanked ?? 0) + yanked,
    bytes: (row?.bytes ?? 0) + bytes,
    firstAt: row?.firstAt ?? occurredAt,
    lastAt: occurredAt,
  };
}

const packageAggregate = aggregate<null, PackageEvent>({
  name: 'package',
  events: packageEvents,
  initialState: null,
  evolve: () => null,
  decisions: [],
});

/** The silo of the generated log with some of its projections. */
export const packageSilo = (...projections: Projection[]): Silo => ({
  name: 'bench',
  aggregates: [packageAggregate],
  projections,
});
