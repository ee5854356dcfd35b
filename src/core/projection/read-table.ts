import { EntitySchema } from 'typeorm';
import { columnsIndex, expressionIndex, type ExpressionIndex, type ReadIndex } from './read-index.js';

/** Column types a read table may have: each has a codec that round-trips (see `codec.ts`). */
export type ColumnType =
  'text' | 'integer' | 'bigint' | 'double precision' | 'boolean' | 'timestamptz' | 'jsonb' | 'bytea';

export type Column = {
  type: ColumnType;
  /** Name in SQL; the property's own name when left out. */
  name?: string;
  nullable?: boolean;
};

/** What Postgres computes of a row when it is written, so that no query has to. As with an index by expression, a row on which it fails parks its stream. */
export type DerivedColumn = {
  name: string;
  type: 'tsvector';
  /** Immutable, over columns by their names in SQL. */
  expression: string;
};

export type ReadTableOptions<Row> = {
  /** Plural noun; the table is `read.<name>_v<version>`. */
  name: string;
  /** Raise it whenever the columns or the fold change: the new table is built beside the old one. */
  version: number;
  columns: { [Property in Exclude<keyof Row & string, 'id'>]-?: Column };
  /** For indexes and conditions alone: rows are read and written without them. Names are those in SQL. */
  derived?: DerivedColumn[];
  /**
   * On properties in their order, or by an expression. Never unique: claims are, and two streams may hand a name over in either order.
   * Live tables get the ones that they lack at the start; one that changes gets another name, or the table another version.
   */
  indices?: ({ columns: (keyof Row & string)[] } | ExpressionIndex)[];
};

export type ReadTable<Row> = {
  name: string;
  version: number;
  /** `namespaces_v1`: the name of the table and of the projection in checkpoints. */
  versionedName: string;
  columns: ReadColumn[];
  derived: DerivedColumn[];
  indices: ReadIndex[];
  /** For ordinary reads through TypeORM; synchronize is off, for the runner owns the table. */
  entity: EntitySchema<Row & object>;
};

export type ReadColumn = { property: string; name: string; type: ColumnType; nullable: boolean };

/**
 * Every row carries the position of the last event that changed it. No declaration names the column, and rows hold it only when a
 * statement selects it by this property.
 */
export const positionColumn = { property: 'logPosition', name: 'position', type: 'bigint', nullable: false } as const;

/**
 * Declares a read table once: the runner derives the DDL of the live and of a shadow table from it, and reads use the same entity.
 * Every row has the primary key `id`, a text that lies inside one stream.
 */
export function readTable<Row extends { id: string }>(options: ReadTableOptions<Row>): ReadTable<Row> {
  const versionedName = `${options.name}_v${options.version}`;
  const given = Object.entries<Column>(options.columns as Record<string, Column>);
  const columns: ReadColumn[] = [
    { property: 'id', name: 'id', type: 'text', nullable: false },
    ...given.map(([property, column]) => ({
      property,
      name: column.name ?? property,
      type: column.type,
      nullable: column.nullable ?? false,
    })),
  ];
  const nameOf = new Map(columns.map((column) => [column.property, column.name]));
  return {
    name: options.name,
    version: options.version,
    versionedName,
    columns,
    derived: options.derived ?? [],
    indices: (options.indices ?? []).map((index) =>
      'columns' in index
        ? columnsIndex(index.columns.map((property) => nameOf.get(property)!))
        : expressionIndex(index),
    ),
    entity: new EntitySchema<Row & object>({
      name: options.name,
      tableName: versionedName,
      schema: 'read',
      synchronize: false,
      columns: Object.fromEntries(
        columns.map((column) => [
          column.property,
          { type: column.type, name: column.name, nullable: column.nullable, primary: column.property === 'id' },
        ]),
      ) as never,
    }),
  };
}
