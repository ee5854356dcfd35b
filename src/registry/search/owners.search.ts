import { namespaceRows } from '../../../projections/accounts/namespaces/namespaces.projection.js';
import { userRows } from '../../../projections/accounts/users/users.projection.js';
import { packageRows } from '../../../projections/registry/packages/packages.projection.js';
import { foldedName } from '../../accounts/index.js';
import { tableName } from '../../core/projection/ddl.js';
import { nameMatches } from './name-matches.js';
import { between, counted, Parameters } from './parameters.js';
import type { Ranking, SortExpression } from './ranking.js';
import { NamespacesFilter, UsersFilter, type SortBy } from './search.inputs.js';
import type { SearchText } from './search-text.js';

const users = tableName(userRows);
const namespaces = tableName(namespaceRows);
const packages = tableName(packageRows);

const packageCount = (owners: string) => `(SELECT count(*)::float8 FROM ${packages}
  WHERE ${packages}.owner_id = ${owners}.id AND NOT ${packages}.is_private AND NOT ${packages}.is_archived)`;
const namespaceCount = `(SELECT count(*)::float8 FROM ${namespaces} AS own WHERE own.owner_id = ${users}.id)`;

const number = (expression: string): SortExpression => ({ expression, type: 'double precision' });
const moment = (expression: string): SortExpression => ({ expression, type: 'timestamptz' });
const nothing = number('0::float8');
/** Nobody has a role in a namespace but its owner. */
const ownerAlone = '1::float8';

const namespaceOrders: Record<NamespacesFilter['orderBy'], SortExpression> = {
  APP_COUNT: nothing,
  COLLABORATOR_COUNT: number(ownerAlone),
  CREATED_DATE: moment('created_at'),
  PACKAGE_COUNT: number(packageCount(namespaces)),
};

const userOrders: Record<UsersFilter['orderBy'], SortExpression> = {
  APP_COUNT: nothing,
  CREATED_DATE: moment('joined_at'),
  PACKAGE_COUNT: number(packageCount(users)),
};

/** Namespaces, by their names. */
export function namespaceRanking(text: SearchText | null, filter: NamespacesFilter): Ranking {
  const { collaborator, createdAfter, createdBefore, orderBy, sortBy, count } = filter;
  const parameters = new Parameters();
  const conditions = [
    ...(collaborator !== undefined
      ? [
          `owner_id = (SELECT id FROM ${users} WHERE folded_username = ${parameters.add(foldedName(collaborator))} AND NOT is_erased LIMIT 1)`,
        ]
      : []),
    ...between('created_at', createdAfter, createdBefore, parameters),
    ...counted(packageCount(namespaces), filter.packageCount, parameters),
    ...counted(ownerAlone, filter.userCount, parameters),
  ];
  return {
    name: `namespaces ${orderBy}`,
    from: namespaces,
    conditions,
    ...byName(text, 'folded_name', parameters),
    sortKey: directed(namespaceOrders[orderBy], sortBy),
    count,
  };
}

/** Accounts, by their user names: nothing else that they say of themselves is searched. */
export function userRanking(text: SearchText | null, filter: UsersFilter): Ranking {
  const { joinedAfter, joinedBefore, orderBy, sortBy, count } = filter;
  const parameters = new Parameters();
  const conditions = [
    'NOT is_erased',
    ...between('joined_at', joinedAfter, joinedBefore, parameters),
    ...counted(namespaceCount, filter.namespaceCount, parameters),
    ...counted(packageCount(users), filter.packageCount, parameters),
  ];
  return {
    name: `users ${orderBy}`,
    from: users,
    conditions,
    ...byName(text, 'folded_username', parameters),
    sortKey: directed(userOrders[orderBy], sortBy),
    count,
  };
}

function byName(
  text: SearchText | null,
  column: string,
  parameters: Parameters,
): Pick<Ranking, 'matches' | 'similar' | 'values'> {
  const named = text?.name && text.owner === null ? nameMatches(column, text.name, parameters) : [];
  return { matches: text ? named : ['true'], similar: null, values: parameters.values };
}

export function directed(sort: SortExpression, sortBy: SortBy): Ranking['sortKey'] {
  return { ...sort, direction: sortBy === 'ASC' ? 'asc' : 'desc' };
}
