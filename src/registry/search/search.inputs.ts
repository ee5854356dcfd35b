import { applyDecorators } from '@nestjs/common';
import { Type } from 'class-transformer';
import { ArrayMaxSize, IsArray, IsInt, IsString, Max, MaxLength, Min, ValidateNested } from 'class-validator';
import type { PageArgs } from '../../core/graphql/connection/page-request.js';
import { Optional } from '../../core/graphql/validation.js';
import { searchLimits } from './search.limits.js';

const { queryChars, results, filterChars, interfaces } = searchLimits;

const MostResults = () => applyDecorators(Optional(), IsInt(), Min(0), Max(results));
const FilterText = () => applyDecorators(Optional(), IsString(), MaxLength(filterChars));
const Filter = (type: () => new () => object) => applyDecorators(Optional(), ValidateNested(), Type(type));

export type SortBy = 'ASC' | 'DESC';

/** Both fields have their default from the schema. */
export type CountFilter = {
  comparison: 'EQUAL' | 'GREATER_THAN' | 'GREATER_THAN_OR_EQUAL' | 'LESS_THAN' | 'LESS_THAN_OR_EQUAL';
  count: number;
};

/** What has a default in the schema is there whenever a client sent the filter; moments are parsed. */
export class PackagesFilter {
  @MostResults() count: number = results;
  createdAfter?: Date | null;
  createdBefore?: Date | null;
  curated?: boolean | null;
  deployable?: boolean | null;
  downloads?: CountFilter | null;
  hasBindings?: boolean;
  hasCommands?: boolean;
  isStandalone?: boolean;
  lastPublishedAfter?: Date | null;
  lastPublishedBefore?: Date | null;
  @FilterText() license?: string;
  likes?: CountFilter | null;
  orderBy: 'ALPHABETICALLY' | 'CREATED_DATE' | 'PUBLISHED_DATE' | 'SIZE' | 'TOTAL_DOWNLOADS' | 'TOTAL_LIKES' =
    'PUBLISHED_DATE';
  @FilterText() owner?: string;
  publishDate?: 'LAST_DAY' | 'LAST_MONTH' | 'LAST_WEEK' | 'LAST_YEAR' | null;
  @FilterText() publishedBy?: string;
  size?: CountFilter | null;
  sortBy: SortBy = 'DESC';
  @Optional() @IsArray() @ArrayMaxSize(interfaces) withInterfaces?: (string | null)[];
}

export class NamespacesFilter {
  @FilterText() collaborator?: string;
  @MostResults() count: number = results;
  createdAfter?: Date | null;
  createdBefore?: Date | null;
  orderBy: 'APP_COUNT' | 'COLLABORATOR_COUNT' | 'CREATED_DATE' | 'PACKAGE_COUNT' = 'CREATED_DATE';
  packageCount?: CountFilter | null;
  sortBy: SortBy = 'DESC';
  userCount?: CountFilter | null;
}

export class UsersFilter {
  @MostResults() count: number = results;
  joinedAfter?: Date | null;
  joinedBefore?: Date | null;
  namespaceCount?: CountFilter | null;
  orderBy: 'APP_COUNT' | 'CREATED_DATE' | 'PACKAGE_COUNT' = 'CREATED_DATE';
  packageCount?: CountFilter | null;
  sortBy: SortBy = 'DESC';
}

/** The arguments of `search`. Of kinds that do not exist here it only matters whether they were asked for. */
export class SearchArgs implements PageArgs {
  @IsString() @MaxLength(queryChars) query!: string;
  @Filter(() => PackagesFilter) packages?: PackagesFilter;
  @Filter(() => NamespacesFilter) namespaces?: NamespacesFilter;
  @Filter(() => UsersFilter) users?: UsersFilter;
  appTemplates?: object | null;
  apps?: object | null;
  blogposts?: object | null;
  first?: number | null;
  after?: string | null;
  last?: number | null;
  before?: string | null;
}
