import { namespaceRows } from '../../../projections/accounts/namespaces/namespaces.projection.js';
import { userRows } from '../../../projections/accounts/users/users.projection.js';
import { packageVersionRows } from '../../../projections/registry/package-versions/package-versions.projection.js';
import {
  packageRows,
  packageTextWords,
  packageTitleWords,
} from '../../../projections/registry/packages/packages.projection.js';
import { foldedName } from '../../accounts/index.js';
import type { Actor } from '../../core/event-store/types.js';
import { tableName } from '../../core/projection/ddl.js';
import { packageOwners } from '../package/package.queries.js';
import { seenByViewer, viewerValues } from '../package/package-visibility.js';
import { nameMatches } from './name-matches.js';
import { directed } from './owners.search.js';
import { between, counted, Parameters } from './parameters.js';
import type { Ranking, SortExpression } from './ranking.js';
import type { CountFilter, PackagesFilter } from './search.inputs.js';
import type { SearchText } from './search-text.js';

const packages = tableName(packageRows);
const versions = tableName(packageVersionRows);
const users = tableName(userRows);

const downloads = `coalesce((SELECT downloads::float8 FROM store.download_counts WHERE subject = ${packages}.id), 0)`;
const standsAlone = `(SELECT dependencies = '[]' FROM ${versions} AS own
  WHERE own.package_id = ${packages}.id AND own.version = ${packages}.described_by LIMIT 1)`;

const orders: Record<PackagesFilter['orderBy'], SortExpression> = {
  ALPHABETICALLY: { expression: 'folded_name COLLATE "C"', type: 'text' },
  CREATED_DATE: { expression: 'created_at', type: 'timestamptz' },
  PUBLISHED_DATE: { expression: 'published_at', type: 'timestamptz' },
  SIZE: { expression: 'size_bytes::float8', type: 'double precision' },
  TOTAL_DOWNLOADS: { expression: downloads, type: 'double precision' },
  TOTAL_LIKES: { expression: '0::float8', type: 'double precision' },
};

const lastDays = { LAST_DAY: 1, LAST_WEEK: 7, LAST_MONTH: 30, LAST_YEAR: 365 };

/** Packages that the caller may see and that are not archived, by name, words, and names like the one that is looked for. */
export function packageRanking(text: SearchText | null, filter: PackagesFilter, actor: Actor): Ranking {
  const parameters = new Parameters(...viewerValues(actor));
  const conditions = [seenByViewer, 'NOT is_archived AND version_count > 0', ...filtered(filter, parameters)];
  return {
    name: `packages ${filter.orderBy}`,
    from: `${packages} ${packageOwners}`,
    conditions,
    ...matching(text, parameters),
    sortKey: directed(orders[filter.orderBy], filter.sortBy),
    count: filter.count,
    values: parameters.values,
  };
}

function matching(text: SearchText | null, parameters: Parameters): Pick<Ranking, 'matches' | 'similar'> {
  if (text === null) return { matches: ['true'], similar: null };
  const { name, owner, words } = text;
  const named = name === null ? [] : nameMatches('folded_name', name, parameters);
  const ofOwner = owner === null ? '' : ` AND ${ownedBy(owner, parameters)}`;
  const query = words && `websearch_to_tsquery('simple', lower(${parameters.add(words)}))`;
  return {
    matches: [
      ...named.map((condition) => `${condition}${ofOwner}`),
      ...(query ? [`${packageTitleWords} @@ ${query}`, `${packageTextWords} @@ ${query}`] : []),
    ],
    similar: name ? alike(parameters.add(name)) : null,
  };
}

const alike = (name: string): Ranking['similar'] => ({
  condition: `folded_name OPERATOR(store.%) ${name}`,
  similarity: `store.similarity(folded_name, ${name})`,
});

function filtered(filter: PackagesFilter, parameters: Parameters): string[] {
  const { owner, license, publishedBy, publishDate } = filter;
  return [
    ...unknownFacts(filter),
    ...(owner !== undefined ? [ownedBy(foldedName(owner), parameters)] : []),
    ...(license !== undefined ? [`lower(license) = lower(${parameters.add(license)})`] : []),
    ...(publishedBy !== undefined
      ? [
          `publisher_id = (SELECT id FROM ${users} WHERE folded_username = ${parameters.add(foldedName(publishedBy))} AND NOT is_erased LIMIT 1)`,
        ]
      : []),
    ...(publishDate ? [`published_at > now() - interval '${lastDays[publishDate]} days'`] : []),
    ...between('published_at', filter.lastPublishedAfter, filter.lastPublishedBefore, parameters),
    ...between('created_at', filter.createdAfter, filter.createdBefore, parameters),
    ...counted('size_bytes', filter.size, parameters),
    ...counted(downloads, filter.downloads, parameters),
    ...(filter.hasCommands ? [`command_names <> '[]'`] : []),
    ...(filter.isStandalone ? [standsAlone] : []),
  ];
}

/** No package is curated or liked, can be deployed, or has bindings or interfaces. */
function unknownFacts({ curated, deployable, hasBindings, withInterfaces, likes }: PackagesFilter): string[] {
  const asksForOne = curated || deployable || hasBindings || (withInterfaces ?? []).some((name) => name !== null);
  return asksForOne || (likes && !holdsForNone(likes)) ? ['false'] : [];
}

function holdsForNone({ comparison, count }: CountFilter): boolean {
  if (comparison === 'EQUAL') return count === 0;
  if (comparison === 'GREATER_THAN') return count < 0;
  if (comparison === 'GREATER_THAN_OR_EQUAL') return count <= 0;
  return comparison === 'LESS_THAN' ? count > 0 : count >= 0;
}

/** @param owner a name in its normal form */
function ownedBy(owner: string, parameters: Parameters): string {
  const value = parameters.add(owner);
  return `owner_id = ANY (ARRAY (SELECT id FROM ${users} WHERE folded_username = ${value} AND NOT is_erased
    UNION ALL SELECT id FROM ${tableName(namespaceRows)} WHERE folded_name = ${value}))`;
}
