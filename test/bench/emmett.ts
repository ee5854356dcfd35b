import type { Append } from './sample.js';

type EmmettStore = {
  schema: { migrate(): Promise<unknown> };
  appendToStream(name: string, events: object[], options: { expectedStreamVersion: bigint }): Promise<unknown>;
  close(): Promise<void>;
};
type Pool = { end(): Promise<void> };

/**
 * The event store of @event-driven-io/emmett-postgresql on an empty or migrated database: its own tables, its own pg, a pool of the size
 * that the others have.
 * @param load imports a package of the peers' folder by the path of its entry
 */
export async function openEmmett(
  url: string,
  max: number,
  load: (entry: string) => Promise<any>,
): Promise<{ append: Append; close(): Promise<void> }> {
  const { getPostgreSQLEventStore } = await load('@event-driven-io/emmett-postgresql/dist/index.js');
  const { default: pg } = await load('pg/lib/index.js');
  const pool: Pool = new pg.Pool({ connectionString: url, max });
  const store: EmmettStore = getPostgreSQLEventStore(url, { connectionOptions: { pool } });
  await store.schema.migrate();
  return {
    append: (streamId, version, events) =>
      store.appendToStream(streamId, events, { expectedStreamVersion: BigInt(version) }),
    close: async () => {
      await store.close();
      await pool.end();
    },
  };
}
