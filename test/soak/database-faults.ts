import { namespaceRows } from '../../projections/accounts/namespaces/namespaces.projection.js';
import { tableName } from '../../src/core/projection/ddl.js';
import { eventually } from '../kit/eventually.js';
import { answersMore, type Load } from '../kit/load.js';
import { markOfEvent } from '../kit/mutations.js';
import { runProgram } from '../kit/program.js';
import { select } from '../kit/select.js';
import { putOnSmallDisk } from '../kit/small-disk.js';
import type { Fault, World } from './world.js';

const table = tableName(namespaceRows);

/** What befalls Postgres, and what it refuses. */
export const databaseFaults: Fault[] = [
  { name: 'restart Postgres', run: ({ postgres }) => postgres.stop().then(postgres.start) },
  { name: 'kill -9 Postgres', run: ({ postgres }) => postgres.kill().then(postgres.start) },
  {
    name: 'full disk',
    needs: 'mount',
    run: async ({ postgres, service, random }) => {
      // Drawn once: how often it is asked depends on the machine.
      const more = random.between(0, 3);
      const disk = await putOnSmallDisk(postgres, table);
      try {
        const complaints = () =>
          service.names().map((name) => countOf(service.process(name).output(), 'No space left'));
        const before = sum(complaints());
        await disk.fill();
        await eventually(() => {
          if (sum(complaints()) <= before + more) throw new Error('Nothing complains of the full disk.');
        }, 60_000);
      } finally {
        await disk.remove();
      }
    },
  },
  {
    name: 'poison',
    run: async (world, load) => {
      const { service } = world;
      await select(
        service.database.url,
        `ALTER TABLE ${table} ADD CONSTRAINT poison CHECK (id <> '${await hot(world, load)}') NOT VALID`,
      );
      try {
        await eventually(async () => {
          const parked = await select(service.database.url, 'SELECT FROM store.parked_streams');
          if (parked.length === 0) throw new Error('No stream is parked.');
        }, 60_000);
        await answersMore(load, world.random.between(10, 50));
      } finally {
        await select(service.database.url, `ALTER TABLE ${table} DROP CONSTRAINT poison`);
      }
      const { code, stdout } = await runProgram(['projections', 'retry', namespaceRows.versionedName], service.env);
      if (code !== 0) throw new Error(`projections retry ended with code ${code}: ${stdout}`);
    },
  },
];

/** A namespace that a client of this load changes again and again. */
async function hot({ service }: World, { answered }: Load): Promise<string> {
  const rows = await select(
    service.database.url,
    `SELECT stream_id FROM store.events WHERE type = 'accounts.namespace.described' AND ${markOfEvent} = ANY ($1)
     GROUP BY 1 ORDER BY count(*) DESC LIMIT 1`,
    [answered],
  );
  if (rows.length === 0) throw new Error('No namespace was changed of late.');
  return rows[0].stream_id;
}

const countOf = (text: string, part: string): number => text.split(part).length - 1;
const sum = (numbers: number[]): number => numbers.reduce((total, each) => total + each, 0);
