import { Optional } from '../../core/graphql/validation.js';

// Filters of kinds of which there is nothing here. It only matters whether one was given: then nothing of that kind is found.

export class AppFilter {
  @Optional() clientName?: string;
  @Optional() count?: number;
  @Optional() deployedBy?: string;
  @Optional() lastDeployedAfter?: Date;
  @Optional() lastDeployedBefore?: Date;
  @Optional() orderBy?: 'CREATED_DATE' | 'PUBLISHED_DATE';
  @Optional() owner?: string;
  @Optional() sortBy?: 'ASC' | 'DESC';
}

export class AppTemplateFilter {
  @Optional() count?: number;
  @Optional() framework?: string;
  @Optional() language?: string;
  @Optional() orderBy?: 'CREATED_DATE' | 'HIGHLIGHTED';
  @Optional() sortBy?: 'ASC' | 'DESC';
  @Optional() useCases?: (string | null)[];
}

export class BlogPostsFilter {
  @Optional() count?: number;
  @Optional() sortBy?: 'ASC' | 'DESC';
  @Optional() tags?: string[];
}
