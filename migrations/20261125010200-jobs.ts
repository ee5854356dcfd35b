import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Makes or renews the tables of graphile-worker, with its own migrations: those of the version that is installed. A version that
 * brings more of them gets a migration class of its own that does the same; `test/tasks/migration.spec.ts` fails until there is one.
 */
export class Jobs1795568400200 implements MigrationInterface {
  /** The library opens its own transactions, each of which can be repeated. */
  readonly transaction = false;

  async up(runner: QueryRunner): Promise<void> {
    await migrateJobs(runner);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP SCHEMA graphile_worker CASCADE');
  }
}

async function migrateJobs({ connection }: QueryRunner): Promise<void> {
  // Loaded only when there is something to do, for it takes its time.
  const { Logger, runMigrations } = await import('graphile-worker');
  const { url } = connection.options as { url: string };
  const silent = new Logger(() => () => undefined);
  await runMigrations({ connectionString: url, schema: 'graphile_worker', logger: silent });
}
