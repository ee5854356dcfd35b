import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Append } from './sample.js';

/** Imports a package of the peers' folder by the path of its entry. */
export type LoadPeer = (entry: string) => Promise<any>;

export const peerLoader =
  (folder: string): LoadPeer =>
  (entry) =>
    import(pathToFileURL(join(folder, 'node_modules', entry)).href);

type EmmettStore = {
  schema: { migrate(): Promise<unknown> };
  appendToStream(name: string, events: object[], options: { expectedStreamVersion: bigint }): Promise<unknown>;
  close(): Promise<void>;
};
type Pool = { end(): Promise<void> };

/**
 * The event store of @event-driven-io/emmett-postgresql on an empty or migrated database: its own tables, its own pg, a pool of the size
 * that the others have.
 */
export async function openEmmett(
  url: string,
  max: number,
  load: LoadPeer,
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
