import type { Command } from 'commander';
import { loadConfig } from '../core/config/config.js';
import { KeyRingFile, addKeyFirst } from '../core/crypto/key-ring-file.js';
import { generateRingKey, KeyRing } from '../core/crypto/key-ring.js';
import { print, printFacts, printRows, progressBar, type OutputOptions } from './output.js';
import { keyRingPath, withSession, type Session } from './session.js';

export function addKeyCommands(program: Command): void {
  const keys = program.command('keys').description('the keys that wrap the data keys of sealed values');

  keys
    .command('generate')
    .description('print a fresh key, to be put first in WAYBILL_KEYS before `keys rotate`')
    .action(() => print(generateRingKey()));

  keys
    .command('list')
    .description('ids of the ring and how many data keys each of its keys wraps')
    .option('--json', 'print JSON')
    .action((options: OutputOptions) => withSession((session) => list(session, options)));

  keys
    .command('rotate')
    .description(
      'wrap all data keys anew: with a new key when the ring is the file in the data folder, else with the first of WAYBILL_KEYS',
    )
    .option('--json', 'print JSON')
    .action((options: OutputOptions) => {
      const config = loadConfig();
      return withSession(async (session) => {
        if (!config.keyRing) addKeyFirst(keyRingPath(config));
        await rotate(session, options);
      });
    });
}

async function rotate({ core, ring, pool }: Session, options: OutputOptions): Promise<void> {
  if (ring instanceof KeyRingFile) ring.reload();
  const { rows } = await pool.query('SELECT count(*)::int AS n FROM store.data_keys WHERE wrapped IS NOT NULL');
  const bar = progressBar('Wrapping', rows[0].n);
  const { rewrapped, byRingKey } = await core.dataKeys.rewrap(firstKeyIdOf(ring), bar);
  printFacts({ rewrapped, firstKey: firstKeyIdOf(ring), dataKeysByRingKey: byRingKey }, options);
}

async function list({ pool, ring }: Session, options: OutputOptions): Promise<void> {
  const { rows } = await pool.query(
    'SELECT ring_key_id AS id, count(*)::int AS n FROM store.data_keys WHERE wrapped IS NOT NULL GROUP BY 1',
  );
  const counts = new Map(rows.map((row) => [row.id, row.n]));
  const keys = keyIdsOf(ring).map((id, index) => ({ id, wraps: index === 0, dataKeys: counts.get(id) ?? 0 }));
  printRows(
    keys,
    { key: (row) => row.id, 'wraps new ones': (row) => row.wraps, 'data keys': (row) => row.dataKeys },
    '',
    options,
  );
}

const ringOf = (ring: unknown): KeyRing => (ring instanceof KeyRingFile ? ring.ring : (ring as KeyRing));
const firstKeyIdOf = (ring: unknown): string => ringOf(ring).firstKeyId;
const keyIdsOf = (ring: unknown): string[] => ringOf(ring).keyIds;
