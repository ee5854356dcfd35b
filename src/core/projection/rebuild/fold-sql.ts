import type pg from 'pg';
import { columnNames, tableName } from '../ddl.js';
import { typesOf, type Projection } from '../definition.js';
import { quoted } from '../names.js';
import { transaction } from '../transaction.js';
import { markLoaded } from './build-state.js';
import type { Build } from './ports.js';
import { standbySchema } from './standby.js';

/** Measured: with less, grouping a million events spills to disk and takes three times as long. */
const workMemory = '64MB';

/**
 * Fills the standby by the projection's own SQL, in one statement and one transaction.
 * @throws Error when the log holds events of an older schema, which only a handler can read, and what Postgres says
 */
export async function loadBySql(pool: pg.Pool, build: Build, skips: ReadonlySet<number>): Promise<void> {
  await transaction(pool, async (client) => {
    await refuseOldSchemas(client, build);
    await client.query(`SET LOCAL work_mem = '${workMemory}'`);
    await client.query(insertStatement(build.definition), [build.target, typesOf(build.definition), [...skips]]);
    // A part is a partition to the handlers; here all come at once, and the first stands for their events.
    for (let part = 0; part < build.parts; part++)
      await markLoaded(client, build, part, { events: part === 0 ? build.totalEvents : 0, parked: [] }, 0);
  });
}

function insertStatement(definition: Projection): string {
  const names = columnNames(definition).map(quoted).join(', ');
  return `WITH events AS (SELECT * FROM store.events WHERE position <= $1 AND type = ANY ($2) AND position <> ALL ($3::bigint[]))
    INSERT INTO ${tableName(definition, standbySchema)} (${names}) SELECT ${names} FROM (${definition.foldSql}) AS folded`;
}

async function refuseOldSchemas(client: pg.ClientBase, { definition, target }: Build): Promise<void> {
  const changed = typesOf(definition).filter((type) => definition.events[type]!.version > 1);
  if (changed.length === 0) return;
  const { rows } = await client.query(
    `SELECT e.type FROM store.events e JOIN unnest($1::text[], $2::int[]) AS v(type, newest) USING (type)
     WHERE e.schema_version <> v.newest AND e.position <= $3 LIMIT 1`,
    [changed, changed.map((type) => definition.events[type]!.version), target],
  );
  if (rows.length > 0) throw new Error(`The log has ${rows[0].type} in an older schema.`);
}
