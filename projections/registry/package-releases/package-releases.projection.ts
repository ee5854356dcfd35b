import { projection, readTable } from '../../../src/core/projection/index.js';
import {
  packageReleaseEvents,
  type PackageReleaseEvent,
} from '../../../src/registry/package-release/package-release.events.js';

/** What the file says of its contents is read from the log when somebody publishes it. */
export type PackageReleaseRow = Omit<PackageReleaseEvent['data'], 'file' | 'contents'> & {
  id: string;
  hash: string;
  sizeBytes: number;
  format: PackageReleaseEvent['data']['file']['format'];
  createdAt: Date;
};

export const packageReleaseRows = readTable<PackageReleaseRow>({
  name: 'package_releases',
  version: 1,
  columns: {
    number: { type: 'bigint' },
    ownerId: { type: 'text', name: 'owner_id' },
    name: { type: 'text', nullable: true },
    isPrivate: { type: 'boolean', name: 'is_private' },
    pusherId: { type: 'text', name: 'pusher_id' },
    hash: { type: 'text' },
    sizeBytes: { type: 'bigint', name: 'size_bytes' },
    format: { type: 'text' },
    webcManifest: { type: 'text', name: 'webc_manifest', nullable: true },
    createdAt: { type: 'timestamptz', name: 'created_at' },
  },
  indices: [
    { columns: ['hash'] },
    { columns: ['number'] },
    // For mirrors, who follow the log.
    { name: 'position', expression: 'position' },
    { name: 'created_position', expression: 'created_at, position' },
  ],
});

export const packageReleases = projection<PackageReleaseRow, PackageReleaseEvent>({
  table: packageReleaseRows,
  events: packageReleaseEvents,
  on: {
    'registry.package-release.pushed': ({ streamId, data, occurredAt }) => {
      const { number, ownerId, name, isPrivate, pusherId, webcManifest, file } = data;
      return { id: streamId, number, ownerId, name, isPrivate, pusherId, webcManifest, ...file, createdAt: occurredAt };
    },
  },
});
