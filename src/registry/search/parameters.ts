import type { CountFilter } from './search.inputs.js';

/** The values of one statement, as it is put together. */
export class Parameters {
  readonly values: unknown[];

  /** @param first what the statement calls $1, $2, … by number */
  constructor(...first: unknown[]) {
    this.values = first;
  }

  /** @returns how the statement names the value. Each must be named in it. */
  add(value: unknown, type: 'text' | 'timestamptz' | 'float8' = 'text'): string {
    this.values.push(value);
    return `$${this.values.length}::${type}`;
  }
}

const operators = {
  EQUAL: '=',
  GREATER_THAN: '>',
  GREATER_THAN_OR_EQUAL: '>=',
  LESS_THAN: '<',
  LESS_THAN_OR_EQUAL: '<=',
} as const;

/** Conditions for the filters that are given. @param expression a number in SQL */
export function counted(expression: string, filter: CountFilter | undefined, parameters: Parameters): string[] {
  return filter ? [`${expression} ${operators[filter.comparison]} ${parameters.add(filter.count, 'float8')}`] : [];
}

/** Both ends are not included. */
export function between(
  column: string,
  after: Date | undefined,
  before: Date | undefined,
  parameters: Parameters,
): string[] {
  return [
    ...(after ? [`${column} > ${parameters.add(after.toISOString(), 'timestamptz')}`] : []),
    ...(before ? [`${column} < ${parameters.add(before.toISOString(), 'timestamptz')}`] : []),
  ];
}
