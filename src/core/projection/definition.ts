import type { EventTypes } from '../event-store/event-types.js';
import type { Event, Recorded } from '../event-store/types.js';
import type { Reactor } from '../reactor/reactor.js';
import { assertNames } from './names.js';
import type { ReadTable } from './read-table.js';

/** Changes one row for one event. Gets the row as it stands, gives the new one, or null to delete it. Pure. */
export type RowHandler<Row, E extends Event> = (event: Recorded<E>, row: Row) => Row | null;

export type RowsProjection<Row extends { id: string } = any, E extends Event<string, any> = any> = {
  kind: 'rows';
  name: string;
  version: number;
  versionedName: string;
  table: ReadTable<Row>;
  events: EventTypes;
  /** Ids of the rows that an event touches; all lie inside the event's own stream. */
  keys: ((event: Recorded<E>) => string[]) | null;
  on: { [Type in E['type']]?: RowHandler<Row, Extract<E, { type: Type }>> };
  foldSql?: FoldSql;
};

/**
 * The fold once more, as a SELECT over `events` (the columns of store.events, only the types of `on`), which gives all columns of the
 * table by name. A rebuild then needs one statement. It must give what the handlers give: a test of the projection proves it.
 */
export type FoldSql = string;

/** One change of sums: a group and what is added to each of its counters. */
export type Delta = { group: string; add: Record<string, number> };

export type SumsProjection<E extends Event<string, any> = any> = {
  kind: 'sums';
  name: string;
  version: number;
  versionedName: string;
  counters: string[];
  events: EventTypes;
  on: { [Type in E['type']]?: (event: Recorded<Extract<E, { type: Type }>>) => Delta[] };
  foldSql?: FoldSql;
};

export type Projection = RowsProjection | SumsProjection;

/** Whatever follows the log with checkpoints: read models, and reactors, which make jobs. */
export type Definition = Projection | Reactor;

/** All projections that any loaded module declares; the start compares it with what the silos registered. */
const declared = new Set<Projection>();
export const declaredProjections = (): ReadonlySet<Projection> => declared;

/**
 * A read model whose rows belong to one stream each.
 * A handler that starts a row ignores its second argument; one that is reached without a row gets `undefined` and, if it builds an
 * incomplete row from it, parks its stream. `keys` names the rows when they are not one per stream.
 */
export function projection<Row extends { id: string }, E extends Event<string, any>>(options: {
  table: ReadTable<Row>;
  events: EventTypes;
  keys?: (event: Recorded<E>) => string[];
  on: RowsProjection<Row, E>['on'];
  foldSql?: FoldSql;
}): RowsProjection<Row, E> {
  const { table } = options;
  const made: RowsProjection<Row, E> = {
    kind: 'rows',
    name: table.name,
    version: table.version,
    versionedName: table.versionedName,
    table,
    events: options.events,
    keys: options.keys ?? null,
    on: options.on,
    foldSql: options.foldSql,
  };
  assertSound(made);
  declared.add(made);
  return made;
}

/**
 * Commutative sums: deltas keyed by group and kept per partition, added up at read time, so partitions need no order between them.
 * The table is `read.<name>_v<version>` (group_key, partition, one bigint per counter).
 */
export function sums<E extends Event<string, any>>(options: {
  name: string;
  version: number;
  counters: string[];
  events: EventTypes;
  on: SumsProjection<E>['on'];
  foldSql?: FoldSql;
}): SumsProjection<E> {
  const made: SumsProjection<E> = { kind: 'sums', ...options, versionedName: `${options.name}_v${options.version}` };
  assertSound(made);
  declared.add(made);
  return made;
}

/** Wire types that it reads. */
export const typesOf = (definition: Definition): string[] => Object.keys(definition.on);

function assertSound(definition: Projection): void {
  assertNames(
    definition.versionedName,
    definition.kind === 'rows' ? definition.table.indices.map(({ name }) => name) : [],
  );
  for (const type of typesOf(definition)) {
    if (!definition.events[type])
      throw new Error(`Projection ${definition.name}: ${type} is not among its event types.`);
    if (definition.foldSql && definition.events[type].sealed)
      throw new Error(`Projection ${definition.name}: SQL cannot read ${type}, which has sealed fields.`);
  }
}
