import { positionColumn, type ColumnType, type ReadColumn, type ReadTable } from '../../projection/read-table.js';

export type SortKey<Property extends string = string> = { property: Property; direction: Direction };
export type Direction = 'asc' | 'desc';

export const asc = <Property extends string>(property: Property): SortKey<Property> => ({ property, direction: 'asc' });
export const desc = <Property extends string>(property: Property): SortKey<Property> => ({
  property,
  direction: 'desc',
});

/** What a list can be sorted by: columns of its table, and the position of the last event that changed a row. */
export type SortProperty<Row> = (keyof Row & string) | typeof positionColumn.property;

/** A total order of a table's rows: the sort keys, then the id, by which no two rows are equal. */
export type SortOrder = {
  /** Names columns and directions, so that a cursor of another order is told apart: `-createdAt,-id`. */
  signature: string;
  columns: (ReadColumn & { direction: Direction })[];
};

/** Types whose values travel in a cursor without loss and whose order is useful. */
const sortable: ReadonlySet<ColumnType> = new Set([
  'text',
  'integer',
  'bigint',
  'double precision',
  'boolean',
  'timestamptz',
]);

/**
 * Completes sort keys to a total order. The id follows the direction of the last key, so that one comparison of rows serves most orders.
 * @throws Error at load time for a column that is unknown, nullable (null has no place in a comparison), or of a type that has no order.
 */
export function sortOrder<Row>(table: ReadTable<Row>, keys: readonly SortKey[]): SortOrder {
  const last = keys.at(-1)?.direction ?? 'asc';
  const columns = [...keys, { property: 'id', direction: last }].map(({ property, direction }) => {
    const column = [...table.columns, positionColumn].find((each) => each.property === property);
    if (!column) throw new Error(`${table.versionedName} has no column ${property} to sort by.`);
    if (column.nullable) throw new Error(`${table.versionedName} cannot be sorted by ${property}: it may be null.`);
    if (!sortable.has(column.type)) {
      throw new Error(`${table.versionedName} cannot be sorted by ${property}: ${column.type} has no order.`);
    }
    return { ...column, direction };
  });
  const signature = columns.map(({ property, direction }) => `${direction === 'asc' ? '' : '-'}${property}`).join(',');
  return { signature, columns };
}
