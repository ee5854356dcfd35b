import pg from 'pg';
import { prepareValue } from 'pg/lib/utils.js';
import { momentParser } from './moments.js';
import { onFreshPlan, type Statement } from '../event-store/statement.js';

/**
 * Runs a named statement that reads, as `run` does and with the same answers, for two thirds of the driver's CPU time: the columns are
 * described when a connection prepares the statement, and not again with each answer. They cannot change after that: Postgres refuses
 * the plan first, see `onFreshPlan`.
 */
export function readPrepared<Row>(pool: pg.Pool, { name, text }: Statement, values: unknown[]): Promise<Row[]> {
  return onFreshPlan(name, async (freshName) => {
    // The pool awaits the callback of whatever it is given to send; its types know only of configurations.
    const read = new PreparedRead({ name: freshName, text }, values) as unknown as pg.QueryConfig;
    return (await pool.query(read)).rows as Row[];
  });
}

type Shape = { name: string; parse(text: string): unknown }[];

/** Parts of pg's connection that its types leave out. */
type Connection = Omit<pg.Connection, 'bind' | 'parse' | 'describe' | 'execute'> & {
  /** Statements by name; the second are under way. */
  parsedStatements: Record<string, string | undefined>;
  submittedNamedStatements: Record<string, string | undefined>;
  parse(statement: Statement): void;
  bind(portal: { statement: string; values: unknown[]; valueMapper: (value: unknown) => unknown }): void;
  describe(what: { type: 'P'; name: '' }): void;
  execute(portal: { portal: ''; rows: 0 }): void;
};

const shapes = new WeakMap<object, Map<string, Shape>>();

function shapesOf(connection: object): Map<string, Shape> {
  let known = shapes.get(connection);
  if (!known) shapes.set(connection, (known = new Map<string, Shape>()));
  return known;
}

/** What pg sends in place of a query of its own: it calls `submit`, hands on each message of the answer, and at the end the callback. */
class PreparedRead {
  /** Set by the pool. */
  callback: ((error: Error | null, result?: { rows: unknown[] }) => void) | undefined;
  /** By these pg remembers a statement that was prepared, and forgets one whose preparation failed. */
  readonly name: string;
  readonly text: string;
  private readonly rows: unknown[] = [];
  private shape: Shape | undefined;
  private known: Map<string, Shape> | undefined;

  constructor(
    { name, text }: Statement,
    readonly values: unknown[],
  ) {
    this.name = name;
    this.text = text;
  }

  submit(connection: Connection): Error | null {
    const { name, text } = this;
    const prepared = connection.parsedStatements[name] ?? connection.submittedNamedStatements[name];
    if (prepared !== undefined && prepared !== text) return new Error(`The statement ${name} has two texts.`);
    this.known = shapesOf(connection);
    if (prepared !== undefined) this.shape = this.known.get(name);
    connection.stream.cork();
    try {
      if (prepared === undefined) {
        connection.parse({ name, text });
        connection.submittedNamedStatements[name] = text;
      }
      connection.bind({ statement: name, values: this.values, valueMapper: prepareValue });
      if (!this.shape) connection.describe({ type: 'P', name: '' });
      connection.execute({ portal: '', rows: 0 });
      connection.sync();
    } finally {
      connection.stream.uncork();
    }
    return null;
  }

  handleRowDescription({ fields }: { fields: pg.FieldDef[] }): void {
    this.shape = fields.map(({ name, dataTypeID }) => ({
      name,
      parse: momentParser(dataTypeID) ?? pg.types.getTypeParser(dataTypeID, 'text'),
    }));
    this.known!.set(this.name, this.shape);
  }

  handleDataRow({ fields }: { fields: (string | null)[] }): void {
    const row: Record<string, unknown> = {};
    const shape = this.shape!;
    for (let at = 0; at < fields.length; at++) {
      const text = fields[at]!;
      row[shape[at]!.name] = text === null ? null : shape[at]!.parse(text);
    }
    this.rows.push(row);
  }

  handleCommandComplete(): void {}

  handleReadyForQuery(): void {
    this.callback?.(null, { rows: this.rows });
  }

  handleError(error: Error): void {
    this.callback?.(error);
  }
}
