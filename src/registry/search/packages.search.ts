import { namespaceRows } from '../../../projections/accounts/namespaces/namespaces.projection.js';
import { userRows } from '../../../projections/accounts/users/users.projection.js';
import { packageVersionRows } from '../../../projections/registry/package-versions/package-versions.projection.js';
import { packageRows } from '../../../projections/registry/packages/packages.projection.js';
import { foldedName } from '../../accounts/index.js';
import type { Actor } from '../../core/event-store/types.js';
import { tableName } from '../../core/projection/ddl.js';
import { seenBy } from '../package/package-visibility.js';
import { nameMatches } from './name-matches.js';
import { directed } from './owners.search.js';
import { between, counted, Parameters } from './parameters.js';
import { tiers, type Match, type Ranking, type SortExpression } from './ranking.js';
import type { CountFilter, PackagesFilter } from './search.inputs.js';
import { searchLimits } from './search.limits.js';
import type { SearchText } from './search-text.js';

const packages = tableName(packageRows);
const versions = tableName(packageVersionRows);
const users = tableName(userRows);

const downloads = `coalesce((SELECT downloads::float8 FROM store.download_counts WHERE subject = ${packages}.id), 0)`;
const standsAlone = `(SELECT dependencies = '[]' FROM ${versions} AS own
  WHERE own.id = ${packages}.id || '/' || ${packages}.described_by_number)`;

const orders: Record<PackagesFilter['orderBy'], SortExpression> = {
  ALPHABETICALLY: { expression: 'folded_name COLLATE "C"', type: 'text' },
  CREATED_DATE: { expression: 'created_at', type: 'timestamptz' },
  PUBLISHED_DATE: { expression: 'published_at', type: 'timestamptz' },
  SIZE: { expression: 'size_bytes::float8', type: 'double precision' },
  TOTAL_DOWNLOADS: { expression: downloads, type: 'double precision' },
  TOTAL_LIKES: { expression: '0::float8', type: 'double precision' },
};

const lastDays = { LAST_DAY: 1, LAST_WEEK: 7, LAST_MONTH: 30, LAST_YEAR: 365 };

/** Packages that the caller may see and that are not archived, by name and words. */
export function packageRanking(text: SearchText | null, filter: PackagesFilter, actor: Actor): Ranking {
  return ranking('packages', filter, actor, (parameters) => tiers(text ? matching(text, parameters) : ['true']));
}

/** Such as have a name like the one that is looked for; null when that cannot be one. */
export function alikeRanking(text: SearchText | null, filter: PackagesFilter, actor: Actor): Ranking | null {
  if (!text?.name) return null;
  const { name } = text;
  const few = { ...filter, count: Math.min(filter.count, searchLimits.alike) };
  return ranking('packages alike', few, actor, (parameters) => {
    const wanted = parameters.add(name);
    return [
      { condition: `folded_name OPERATOR(store.%) ${wanted}`, tier: `1 - store.similarity(folded_name, ${wanted})` },
    ];
  });
}

function ranking(
  name: string,
  filter: PackagesFilter,
  actor: Actor,
  matches: (parameters: Parameters) => Match[],
): Ranking {
  const parameters = new Parameters();
  return {
    name: `${name} ${filter.orderBy}`,
    from: packages,
    conditions: [
      seenBy(actor, (userId) => parameters.add(userId)),
      'NOT is_archived AND version_count > 0',
      ...filtered(filter, parameters),
    ],
    matches: matches(parameters),
    sortKey: directed(orders[filter.orderBy], filter.sortBy),
    count: filter.count,
    values: parameters.values,
  };
}

function matching({ name, owner, words }: SearchText, parameters: Parameters): string[] {
  const named = name === null ? [] : nameMatches('folded_name', name, parameters);
  const ofOwner = owner === null ? '' : ` AND ${ownedBy(owner, parameters)}`;
  const query = words && `websearch_to_tsquery('simple', lower(${parameters.add(words)}))`;
  return [
    ...named.map((condition) => `${condition}${ofOwner}`),
    ...(query ? [`title_words @@ ${query}`, `words @@ ${query}`] : []),
  ];
}

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
