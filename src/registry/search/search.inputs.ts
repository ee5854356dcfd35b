import { applyDecorators } from '@nestjs/common';
import { Type } from 'class-transformer';
import { ArrayMaxSize, IsArray, IsInt, IsString, Max, MaxLength, Min, ValidateNested } from 'class-validator';
import type { PageArgs } from '../../core/graphql/connection/page-request.js';
import { Optional } from '../../core/graphql/validation.js';
import { AppFilter, AppTemplateFilter, BlogPostsFilter } from './absent-kinds.inputs.js';
import { searchLimits } from './search.limits.js';

const { queryChars, results, filterChars, interfaces } = searchLimits;

const MostResults = () => applyDecorators(Optional(), IsInt(), Min(0), Max(results));
const FilterText = () => applyDecorators(Optional(), IsString(), MaxLength(filterChars));
const Held = (type: () => new () => object) => applyDecorators(Optional(), ValidateNested(), Type(type));

export type SortBy = 'ASC' | 'DESC';

// What has a default in the schema is there in every filter that a client sends; the defaults here are for whoever sends none.

export class CountFilter {
  @Optional() comparison: 'EQUAL' | 'GREATER_THAN' | 'GREATER_THAN_OR_EQUAL' | 'LESS_THAN' | 'LESS_THAN_OR_EQUAL' =
    'GREATER_THAN_OR_EQUAL';
  @Optional() @IsInt() count: number = 0;
}

export class PackagesFilter {
  @MostResults() count: number = results;
  @Optional() createdAfter?: Date;
  @Optional() createdBefore?: Date;
  @Optional() curated?: boolean;
  @Optional() deployable?: boolean;
  @Held(() => CountFilter) downloads?: CountFilter;
  @Optional() hasBindings?: boolean;
  @Optional() hasCommands?: boolean;
  @Optional() isStandalone?: boolean;
  @Optional() lastPublishedAfter?: Date;
  @Optional() lastPublishedBefore?: Date;
  @FilterText() license?: string;
  @Held(() => CountFilter) likes?: CountFilter;
  @Optional() orderBy:
    'ALPHABETICALLY' | 'CREATED_DATE' | 'PUBLISHED_DATE' | 'SIZE' | 'TOTAL_DOWNLOADS' | 'TOTAL_LIKES' =
    'PUBLISHED_DATE';
  @FilterText() owner?: string;
  @Optional() publishDate?: 'LAST_DAY' | 'LAST_MONTH' | 'LAST_WEEK' | 'LAST_YEAR';
  @FilterText() publishedBy?: string;
  @Held(() => CountFilter) size?: CountFilter;
  @Optional() sortBy: SortBy = 'DESC';
  @Optional() @IsArray() @ArrayMaxSize(interfaces) withInterfaces?: (string | null)[];
}

export class NamespacesFilter {
  @FilterText() collaborator?: string;
  @MostResults() count: number = results;
  @Optional() createdAfter?: Date;
  @Optional() createdBefore?: Date;
  @Optional() orderBy: 'APP_COUNT' | 'COLLABORATOR_COUNT' | 'CREATED_DATE' | 'PACKAGE_COUNT' = 'CREATED_DATE';
  @Held(() => CountFilter) packageCount?: CountFilter;
  @Optional() sortBy: SortBy = 'DESC';
  @Held(() => CountFilter) userCount?: CountFilter;
}

export class UsersFilter {
  @MostResults() count: number = results;
  @Optional() joinedAfter?: Date;
  @Optional() joinedBefore?: Date;
  @Held(() => CountFilter) namespaceCount?: CountFilter;
  @Optional() orderBy: 'APP_COUNT' | 'CREATED_DATE' | 'PACKAGE_COUNT' = 'CREATED_DATE';
  @Held(() => CountFilter) packageCount?: CountFilter;
  @Optional() sortBy: SortBy = 'DESC';
}

/** The arguments of `search`. */
export class SearchArgs implements PageArgs {
  @IsString() @MaxLength(queryChars) query!: string;
  @Held(() => PackagesFilter) packages?: PackagesFilter;
  @Held(() => NamespacesFilter) namespaces?: NamespacesFilter;
  @Held(() => UsersFilter) users?: UsersFilter;
  @Held(() => AppTemplateFilter) appTemplates?: AppTemplateFilter;
  @Held(() => AppFilter) apps?: AppFilter;
  @Held(() => BlogPostsFilter) blogposts?: BlogPostsFilter;
  first?: number | null;
  after?: string | null;
  last?: number | null;
  before?: string | null;
}
