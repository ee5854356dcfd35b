import { migrate } from '../../src/core/runtime/migrate.js';
import { createTestDatabase } from '../kit/database.js';
import { measureAppend } from './append.js';
import { measureFiles } from './files.js';
import { describeMachine } from './machine.js';
import { measureGraphql } from './graphql.js';
import { measureProjections } from './projection.js';
import { measureKafka } from './kafka.js';
import type { BenchOptions } from './options.js';
import { printReport, type Row } from './report.js';
import { measureRebuild } from './rebuild.js';
import { measureRegistry } from './registry.js';
import { measureStart } from './start.js';
import { measureVisible } from './visible.js';

const measures: Record<string, (options: BenchOptions) => Promise<Row[]>> = {
  append: measureAppend,
  projection: measureProjections,
  rebuild: measureRebuild,
  kafka: measureKafka,
  visible: measureVisible,
  start: measureStart,
  graphql: measureGraphql,
  files: measureFiles,
  registry: measureRegistry,
};

/** Measures the parts one after the other. @returns the report for people and the same as data. */
export async function runBench(options: BenchOptions): Promise<{ text: string; data: object }> {
  await migrate(options.templateUrl);
  const machine = await describe();
  const rows: Row[] = [];
  for (const part of options.parts) {
    process.stderr.write(`Measuring ${part}…\n`);
    rows.push(...(await measures[part]!(options)));
  }
  return { text: printReport(machine, rows), data: { machine, quick: options.quick, rows } };
}

async function describe(): Promise<Record<string, string>> {
  const database = await createTestDatabase();
  try {
    return await describeMachine(database.pool);
  } finally {
    await database.drop();
  }
}
