import { normalise, projection, readTable } from '../../../src/core/projection/index.js';
import {
  isPrerelease,
  packageEvents,
  versionSortKey,
  type PackageEvent,
  type PublishedVersion,
} from '../../../src/registry/package/package.events.js';

/** What a list of packages shows of a version. */
export type RecentVersion = {
  number: number;
  version: string;
  sizeBytes: number;
  /** Moments as ISO text. */
  createdAt: string;
  updatedAt: string;
  yankedAt: string | null;
  yankReason: string | null;
  isArchived: boolean;
};

export type PackageRow = {
  id: string;
  number: number;
  name: string;
  foldedName: string;
  ownerId: string;
  isPrivate: boolean;
  isArchived: boolean;
  icon: string | null;
  iconUpdatedAt: Date | null;
  /** The last published versions, at most `recentVersionsKept`, the newest first, as JSON of RecentVersion[]: most packages have no more. */
  recentVersions: string;
  versionCount: number;
  /** The highest version so far, releases before pre-releases; what the package says of itself is what that one says. */
  describedBy: string;
  /** Its number; 0 before the first version. */
  describedByNumber: number;
  description: string;
  license: string;
  keywords: string[];
  commandNames: string[];
  publisherId: string;
  sizeBytes: number;
  publishedAt: Date;
  createdAt: Date;
  updatedAt: Date;
};

export const recentVersionsKept = 10;

const marks = '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~';

// A blank for each mark of ASCII, so that no `wasm-tools`, path or address is one long word: searches do the same with what they look for.
const wordsOf = (texts: string): string =>
  `to_tsvector('pg_catalog.simple', translate(lower(${texts}), $$${marks}$$, '${' '.repeat(marks.length)}'))`;
const title = `name || ' ' || keywords::text || ' ' || command_names::text`;

/** What names, keywords and commands of a package are made of, and these with its description: as the table's indexes have it. */
export const packageTitleWords = wordsOf(title);
export const packageTextWords = wordsOf(`${title} || ' ' || description`);

export const packageRows = readTable<PackageRow>({
  name: 'packages',
  version: 1,
  columns: {
    number: { type: 'bigint' },
    name: { type: 'text' },
    foldedName: { type: 'text', name: 'folded_name' },
    ownerId: { type: 'text', name: 'owner_id' },
    isPrivate: { type: 'boolean', name: 'is_private' },
    isArchived: { type: 'boolean', name: 'is_archived' },
    icon: { type: 'text', nullable: true },
    iconUpdatedAt: { type: 'timestamptz', name: 'icon_updated_at', nullable: true },
    recentVersions: { type: 'text', name: 'recent_versions' },
    versionCount: { type: 'integer', name: 'version_count' },
    describedBy: { type: 'text', name: 'described_by' },
    describedByNumber: { type: 'bigint', name: 'described_by_number' },
    description: { type: 'text' },
    license: { type: 'text' },
    keywords: { type: 'jsonb' },
    commandNames: { type: 'jsonb', name: 'command_names' },
    publisherId: { type: 'text', name: 'publisher_id' },
    sizeBytes: { type: 'bigint', name: 'size_bytes' },
    publishedAt: { type: 'timestamptz', name: 'published_at' },
    createdAt: { type: 'timestamptz', name: 'created_at' },
    updatedAt: { type: 'timestamptz', name: 'updated_at' },
  },
  indices: [
    { columns: ['ownerId', 'foldedName'] },
    { columns: ['number'] },
    { columns: ['icon'] },
    { columns: ['createdAt', 'id'] },
    { columns: ['ownerId', 'createdAt', 'id'] },
    { name: 'commands', using: 'gin', expression: 'command_names jsonb_path_ops' },
    // For searches.
    { columns: ['publishedAt', 'id'] },
    { name: 'alphabet', expression: 'folded_name COLLATE "C", id' },
    { name: 'title_words', using: 'gin', expression: packageTitleWords },
    { name: 'text_words', using: 'gin', expression: packageTextWords },
    { name: 'trigrams', using: 'gin', expression: 'folded_name store.gin_trgm_ops' },
  ],
});

export const packages = projection<PackageRow, PackageEvent>({
  table: packageRows,
  events: packageEvents,
  on: {
    'registry.package.created': ({ streamId, data, occurredAt }) => ({
      id: streamId,
      number: data.number,
      name: data.name,
      foldedName: normalise(data.name),
      ownerId: data.ownerId,
      isPrivate: data.isPrivate,
      isArchived: false,
      icon: null,
      iconUpdatedAt: null,
      recentVersions: '[]',
      versionCount: 0,
      describedBy: '',
      describedByNumber: 0,
      description: '',
      license: '',
      keywords: [],
      commandNames: [],
      publisherId: '',
      sizeBytes: 0,
      publishedAt: occurredAt,
      createdAt: occurredAt,
      updatedAt: occurredAt,
    }),
    'registry.package.made-public': ({ occurredAt }, row) => ({ ...row, isPrivate: false, updatedAt: occurredAt }),
    'registry.package.archived': ({ occurredAt }, row) => ({ ...row, isArchived: true, updatedAt: occurredAt }),
    'registry.package.unarchived': ({ occurredAt }, row) => ({ ...row, isArchived: false, updatedAt: occurredAt }),
    'registry.package.icon-changed': ({ data, occurredAt }, row) => ({
      ...row,
      icon: data.icon,
      iconUpdatedAt: occurredAt,
      updatedAt: occurredAt,
    }),
    'registry.package.version-published': ({ data, occurredAt }, row) => ({
      ...row,
      ...(isHigher(data.version, row.describedBy) && described(data)),
      recentVersions: withRecent(row.recentVersions, data, occurredAt),
      versionCount: row.versionCount + 1,
      publishedAt: occurredAt,
      updatedAt: occurredAt,
    }),
    'registry.package.versions-made-public': ({ data, occurredAt }, row) => changed(row, data.numbers, occurredAt, {}),
    'registry.package.version-yanked': ({ data, occurredAt }, row) =>
      changed(row, [data.number], occurredAt, { yankedAt: occurredAt.toISOString(), yankReason: data.reason }),
    'registry.package.version-unyanked': ({ data, occurredAt }, row) =>
      changed(row, [data.number], occurredAt, { yankedAt: null, yankReason: null }),
    'registry.package.version-archived': ({ data, occurredAt }, row) =>
      changed(row, [data.number], occurredAt, { isArchived: true }),
    'registry.package.version-unarchived': ({ data, occurredAt }, row) =>
      changed(row, [data.number], occurredAt, { isArchived: false }),
  },
});

/** Whether a version says what the package is: the highest release does, and while there is none the highest pre-release. */
function isHigher(version: string, than: string): boolean {
  if (than === '') return true;
  if (isPrerelease(version) !== isPrerelease(than)) return isPrerelease(than);
  return versionSortKey(version).compare(versionSortKey(than)) > 0;
}

function described(published: PublishedVersion): Partial<PackageRow> {
  const { number, version, description, license, keywords, commands, publisherId, file } = published;
  return {
    describedBy: version,
    describedByNumber: number,
    description: description ?? '',
    license: license ?? '',
    keywords,
    commandNames: commands.map(({ name }) => name),
    publisherId,
    sizeBytes: file.sizeBytes,
  };
}

function withRecent(recent: string, { number, version, file }: PublishedVersion, at: Date): string {
  const createdAt = at.toISOString();
  const published: RecentVersion = {
    number,
    version,
    sizeBytes: file.sizeBytes,
    createdAt,
    updatedAt: createdAt,
    yankedAt: null,
    yankReason: null,
    isArchived: false,
  };
  return JSON.stringify([published, ...recentOf(recent)].slice(0, recentVersionsKept));
}

function changed(row: PackageRow, numbers: number[], at: Date, change: Partial<RecentVersion>): PackageRow {
  const updatedAt = at.toISOString();
  const versions = recentOf(row.recentVersions).map((version) =>
    numbers.includes(version.number) ? { ...version, ...change, updatedAt } : version,
  );
  return { ...row, recentVersions: JSON.stringify(versions), updatedAt: at };
}

const recentOf = (recent: string): RecentVersion[] => JSON.parse(recent) as RecentVersion[];
