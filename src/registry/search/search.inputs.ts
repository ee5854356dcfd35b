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
export class CountFilter {
  @Optional() comparison: 'EQUAL' | 'GREATER_THAN' | 'GREATER_THAN_OR_EQUAL' | 'LESS_THAN' | 'LESS_THAN_OR_EQUAL' =
    'GREATER_THAN_OR_EQUAL';
  @Optional() count: number = 0;
}

/** Of what does not exist here; that it was asked for is all that matters. */
export class AppFilter {
  @Optional() clientName?: string;
  @Optional() count?: number;
  @Optional() deployedBy?: string;
  @Optional() lastDeployedAfter?: Date;
  @Optional() lastDeployedBefore?: Date;
  @Optional() orderBy?: string;
  @Optional() owner?: string;
  @Optional() sortBy?: SortBy;
}

export class AppTemplateFilter {
  @Optional() count?: number;
  @Optional() framework?: string;
  @Optional() language?: string;
  @Optional() orderBy?: string;
  @Optional() sortBy?: SortBy;
  @Optional() useCases?: (string | null)[];
}

export class BlogPostsFilter {
  @Optional() count?: number;
  @Optional() sortBy?: SortBy;
  @Optional() tags?: (string | null)[];
}

/** What has a default in the schema is there whenever a client sent the filter; moments are parsed. */
export class PackagesFilter {
  @MostResults() count: number = results;
  @Optional() createdAfter?: Date | null;
  @Optional() createdBefore?: Date | null;
  @Optional() curated?: boolean | null;
  @Optional() deployable?: boolean | null;
  @Filter(() => CountFilter) downloads?: CountFilter;
  @Optional() hasBindings?: boolean;
  @Optional() hasCommands?: boolean;
  @Optional() isStandalone?: boolean;
  @Optional() lastPublishedAfter?: Date | null;
  @Optional() lastPublishedBefore?: Date | null;
  @FilterText() license?: string;
  @Filter(() => CountFilter) likes?: CountFilter;
  @Optional() orderBy:
    'ALPHABETICALLY' | 'CREATED_DATE' | 'PUBLISHED_DATE' | 'SIZE' | 'TOTAL_DOWNLOADS' | 'TOTAL_LIKES' =
    'PUBLISHED_DATE';
  @FilterText() owner?: string;
  @Optional() publishDate?: 'LAST_DAY' | 'LAST_MONTH' | 'LAST_WEEK' | 'LAST_YEAR' | null;
  @FilterText() publishedBy?: string;
  @Filter(() => CountFilter) size?: CountFilter;
  @Optional() sortBy: SortBy = 'DESC';
  @Optional() @IsArray() @ArrayMaxSize(interfaces) withInterfaces?: (string | null)[];
}

export class NamespacesFilter {
  @FilterText() collaborator?: string;
  @MostResults() count: number = results;
  @Optional() createdAfter?: Date | null;
  @Optional() createdBefore?: Date | null;
  @Optional() orderBy: 'APP_COUNT' | 'COLLABORATOR_COUNT' | 'CREATED_DATE' | 'PACKAGE_COUNT' = 'CREATED_DATE';
  @Filter(() => CountFilter) packageCount?: CountFilter;
  @Optional() sortBy: SortBy = 'DESC';
  @Filter(() => CountFilter) userCount?: CountFilter;
}

export class UsersFilter {
  @MostResults() count: number = results;
  @Optional() joinedAfter?: Date | null;
  @Optional() joinedBefore?: Date | null;
  @Filter(() => CountFilter) namespaceCount?: CountFilter;
  @Optional() orderBy: 'APP_COUNT' | 'CREATED_DATE' | 'PACKAGE_COUNT' = 'CREATED_DATE';
  @Filter(() => CountFilter) packageCount?: CountFilter;
  @Optional() sortBy: SortBy = 'DESC';
}

/** The arguments of `search`. Of kinds that do not exist here it only matters whether they were asked for. */
export class SearchArgs implements PageArgs {
  @IsString() @MaxLength(queryChars) query!: string;
  @Filter(() => PackagesFilter) packages?: PackagesFilter;
  @Filter(() => NamespacesFilter) namespaces?: NamespacesFilter;
  @Filter(() => UsersFilter) users?: UsersFilter;
  @Filter(() => AppTemplateFilter) appTemplates?: AppTemplateFilter;
  @Filter(() => AppFilter) apps?: AppFilter;
  @Filter(() => BlogPostsFilter) blogposts?: BlogPostsFilter;
  first?: number | null;
  after?: string | null;
  last?: number | null;
  before?: string | null;
}
