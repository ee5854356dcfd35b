import pg from 'pg';
import type { KeptTable } from '../../core/bundle/platform.js';
import { silos } from '../../silos.js';

/** Beside the log and the jobs: what is not derived from the log, and whose loss somebody would notice. */
export const keptTables: KeptTable[] = [
  // That a mail was sent is what keeps a repeated job from sending it again.
  { table: 'store.mails', identity: 'number' },
  { table: 'store.token_uses' },
  { table: 'store.persisted_documents' },
  { table: 'store.download_counts' },
  // Jobs are restored, so reactors go on exactly where they stood; read models are built anew.
  { table: 'store.projections', where: ofReactors('name') },
  { table: 'store.checkpoints', where: ofReactors('projection') },
  { table: 'store.parked_streams', where: ofReactors('projection') },
];

/** What a backup leaves out, and why nobody misses it. */
export const leftOut: Record<string, string> = {
  'store.settings': 'a restored log is another one, with a name of its own',
  'store.fences': 'names of the log that it is no more',
  'store.relay': 'a new log is published from its beginning, in a topic of its own',
  'store.streams': 'a function of the events',
  'store.claims': 'a function of the events',
  'store.snapshots': 'a cache',
  'store.nonces': 'logins under way, ten minutes long; they begin anew',
  'store.attempts': 'counting of tries begins anew',
  'store.rebuilds': 'read models are built anew',
  'store.rebuild_parts': 'read models are built anew',
  'store.processes': 'who runs now',
  'store.partition_owners': 'who runs now',
};

function ofReactors(column: string): string {
  const names = silos.reactors.map(({ versionedName }) => pg.escapeLiteral(versionedName));
  return names.length === 0 ? 'false' : `${column} IN (${names.join(', ')})`;
}
