import { projection, readTable } from '../../../src/core/projection/index.js';
import {
  isPrerelease,
  packageEvents,
  versionSortKey,
  type PackageEvent,
  type PublishedVersion,
  type StoredFile,
} from '../../../src/registry/package/package.events.js';

export type PackageVersionRow = Omit<PublishedVersion, 'file'> & {
  /** `<stream of the package>/<number>`. */
  id: string;
  packageId: string;
  /** Sorts as semver does. */
  sortKey: Buffer;
  isPrerelease: boolean;
  hash: string;
  sizeBytes: number;
  format: StoredFile['format'];
  isArchived: boolean;
  yankedAt: Date | null;
  yankReason: string | null;
  createdAt: Date;
  updatedAt: Date;
};

export const packageVersionRows = readTable<PackageVersionRow>({
  name: 'package_versions',
  version: 1,
  columns: {
    number: { type: 'bigint' },
    packageId: { type: 'text', name: 'package_id' },
    version: { type: 'text' },
    sortKey: { type: 'bytea', name: 'sort_key' },
    isPrerelease: { type: 'boolean', name: 'is_prerelease' },
    releaseId: { type: 'text', name: 'release_id' },
    releaseNumber: { type: 'bigint', name: 'release_number' },
    publisherId: { type: 'text', name: 'publisher_id' },
    hash: { type: 'text' },
    sizeBytes: { type: 'bigint', name: 'size_bytes' },
    format: { type: 'text' },
    webcManifest: { type: 'text', name: 'webc_manifest', nullable: true },
    manifest: { type: 'text', nullable: true },
    description: { type: 'text', nullable: true },
    license: { type: 'text', nullable: true },
    homepage: { type: 'text', nullable: true },
    repository: { type: 'text', nullable: true },
    keywords: { type: 'jsonb' },
    entrypoint: { type: 'text', nullable: true },
    commands: { type: 'jsonb' },
    modules: { type: 'jsonb' },
    dependencies: { type: 'jsonb' },
    mounts: { type: 'jsonb' },
    readme: { type: 'text', nullable: true },
    licenseFile: { type: 'text', name: 'license_file', nullable: true },
    isArchived: { type: 'boolean', name: 'is_archived' },
    yankedAt: { type: 'timestamptz', name: 'yanked_at', nullable: true },
    yankReason: { type: 'text', name: 'yank_reason', nullable: true },
    createdAt: { type: 'timestamptz', name: 'created_at' },
    updatedAt: { type: 'timestamptz', name: 'updated_at' },
  },
  indices: [
    { columns: ['packageId', 'sortKey'] },
    { columns: ['packageId', 'version'] },
    { columns: ['number'] },
    { columns: ['hash'] },
    { columns: ['releaseId'] },
    { columns: ['createdAt', 'id'] },
    { columns: ['publisherId', 'createdAt', 'id'] },
    // For mirrors, who follow the log.
    { name: 'position', expression: 'position' },
    { name: 'updated_position', expression: 'updated_at, position' },
    { name: 'created_position', expression: 'created_at, position' },
    { columns: ['readme'] },
    { columns: ['licenseFile'] },
  ],
});

/** The numbers of the versions that an event is about. */
function numbersOf({ type, data }: PackageEvent): number[] {
  if (type === 'registry.package.versions-made-public') return data.numbers;
  return 'number' in data ? [data.number] : [];
}

export const packageVersionRowId = (packageId: string, number: number): string => `${packageId}/${number}`;

export const packageVersions = projection<PackageVersionRow, PackageEvent>({
  table: packageVersionRows,
  events: packageEvents,
  keys: (event) => numbersOf(event).map((number) => packageVersionRowId(event.streamId, number)),
  on: {
    'registry.package.version-published': ({ streamId, data, occurredAt }) => {
      const { file, ...said } = data;
      return {
        ...said,
        ...file,
        id: packageVersionRowId(streamId, data.number),
        packageId: streamId,
        sortKey: versionSortKey(data.version),
        isPrerelease: isPrerelease(data.version),
        isArchived: false,
        yankedAt: null,
        yankReason: null,
        createdAt: occurredAt,
        updatedAt: occurredAt,
      };
    },
    // For who was not to see it the version is new: it moves to the end of what mirrors follow.
    'registry.package.versions-made-public': ({ occurredAt }, row) => ({ ...row, updatedAt: occurredAt }),
    'registry.package.version-yanked': ({ data, occurredAt }, row) => ({
      ...row,
      yankedAt: occurredAt,
      yankReason: data.reason,
      updatedAt: occurredAt,
    }),
    'registry.package.version-unyanked': ({ occurredAt }, row) => ({
      ...row,
      yankedAt: null,
      yankReason: null,
      updatedAt: occurredAt,
    }),
    'registry.package.version-archived': ({ occurredAt }, row) => ({ ...row, isArchived: true, updatedAt: occurredAt }),
    'registry.package.version-unarchived': ({ occurredAt }, row) => ({
      ...row,
      isArchived: false,
      updatedAt: occurredAt,
    }),
  },
});
