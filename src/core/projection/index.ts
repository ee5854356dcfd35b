/** What a projection's file needs, and no more. */
export { projection, sums, type Projection } from './definition.js';
export { readTable, type ReadTable } from './read-table.js';
export { normalise } from '../event-store/claims.js';
