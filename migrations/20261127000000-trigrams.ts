import type { MigrationInterface, QueryRunner } from 'typeorm';
import { errorCode, StartupError } from '../src/core/postgres/startup-error.js';

/**
 * The extension by which names are found that are spelled a little otherwise. It is in schema `store`, so that indexes and statements can
 * name what they use of it (`store.gin_trgm_ops`, `OPERATOR(store.%)`), whatever search_path a connection has.
 */
export class Trigrams1795737600000 implements MigrationInterface {
  /** @throws StartupError when the server does not have the extension, or the role may not make or move it */
  async up(runner: QueryRunner): Promise<void> {
    const { schema, available } = await find(runner);
    if (schema === 'store') return;
    if (schema !== null)
      return change(
        runner,
        `ALTER EXTENSION pg_trgm SET SCHEMA store`,
        `has the extension pg_trgm in schema ${schema}, and this role may not move it`,
      );
    if (!available)
      throw new StartupError(
        'The database server does not have the extension pg_trgm. Install it there (on Debian the package postgresql-contrib), then start again.',
      );
    await change(
      runner,
      'CREATE EXTENSION pg_trgm SCHEMA store',
      `lacks the extension pg_trgm, and this role may not make it`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP EXTENSION pg_trgm');
  }
}

type Found = { schema: string | null; available: boolean };

async function find(runner: QueryRunner): Promise<Found> {
  const [found] = await runner.query(
    `SELECT EXISTS (SELECT FROM pg_available_extensions WHERE name = 'pg_trgm') AS available,
       (SELECT n.nspname FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace WHERE e.extname = 'pg_trgm') AS schema`,
  );
  return found;
}

/** Since PostgreSQL 13 whoever may create in a database may make this extension there, unless the administrator forbids it. */
async function change(runner: QueryRunner, statement: string, refusal: string): Promise<void> {
  try {
    await runner.query(statement);
  } catch (error) {
    if (errorCode(error) !== '42501') throw error;
    throw new StartupError(`The database ${refusal}. Let a superuser do it in this database: ${statement};`);
  }
}
