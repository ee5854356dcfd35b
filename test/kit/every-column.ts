import fc from 'fast-check';
import { projection, readTable } from '../../src/core/projection/index.js';
import { counterEvents, type CounterEvent } from './counters.js';

type EveryRow = {
  id: string;
  text: string | null;
  integer: number | null;
  bigint: number | null;
  double: number | null;
  flag: boolean | null;
  moment: Date | null;
  json: unknown;
  bytes: Buffer | null;
};

/** A read model with every type of column. */
export const every = projection<EveryRow, CounterEvent>({
  table: readTable<EveryRow>({
    name: 'test_every_column',
    version: 1,
    columns: {
      text: { type: 'text', nullable: true },
      integer: { type: 'integer', nullable: true },
      bigint: { type: 'bigint', nullable: true, name: 'big' },
      double: { type: 'double precision', nullable: true },
      flag: { type: 'boolean', nullable: true },
      moment: { type: 'timestamptz', nullable: true },
      json: { type: 'jsonb', nullable: true },
      bytes: { type: 'bytea', nullable: true },
    },
  }),
  events: counterEvents,
  on: {},
});

const text = fc.string({ unit: 'binary' }).filter((value) => !value.includes('\0') && !/\p{Surrogate}/u.test(value));
/** Its rows, without their ids. */
export const everyRow = fc.record({
  text: fc.option(text),
  integer: fc.option(fc.integer()),
  bigint: fc.option(fc.maxSafeInteger()),
  double: fc.option(fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => (value === 0 ? 0 : value))),
  flag: fc.option(fc.boolean()),
  moment: fc.option(fc.date({ min: new Date('1970-01-01'), max: new Date('2200-01-01'), noInvalidDate: true })),
  json: fc.option(
    fc.dictionary(fc.constantFrom('a', 'b', 'c'), fc.oneof(text, fc.integer(), fc.boolean(), fc.constant(null))),
  ),
  bytes: fc.option(fc.uint8Array({ maxLength: 20 }).map((bytes) => Buffer.from(bytes))),
});
