import { createReadStream } from 'node:fs';
import type { Command } from 'commander';
import packageJson from '../../package.json' with { type: 'json' };
import { openBlobStore } from '../core/blob/open-blob-store.js';
import { inSnapshot, logSections, readLogFacts, whyBlobsMayLack } from '../core/bundle/export-log.js';
import type { LogFacts } from '../core/bundle/format.js';
import { importLog } from '../core/bundle/import-log.js';
import { BundleReader } from '../core/bundle/read-bundle.js';
import { writeBundle } from '../core/bundle/write-bundle.js';
import { silos } from '../silos.js';
import { Interrupted } from './exit.js';
import { note, printFacts, type OutputOptions } from './output.js';
import { openOutput } from './output-file.js';
import { startProgress } from './progress.js';
import { findKeyRing, withDatabase, type OpenCommand } from './session.js';

type ExportOptions = OutputOptions & { force?: boolean; withoutKeys?: boolean };

export function addBundleCommands(events: Command): void {
  events
    .command('export')
    .description('write the whole log into one file: events, keys, skips and a list of the files that it names')
    .argument('<file>', '- is standard output')
    .option('--without-keys', 'leave the data keys out: what is sealed is then unreadable for ever on the other side')
    .option('--force', 'replace the file when it exists')
    .option('--json', 'print JSON, and progress as JSON lines on standard error')
    .action((file: string, options: ExportOptions) => withDatabase((opened) => exportTo(opened, file, options)));

  events
    .command('import')
    .description(
      'make the log of a fresh database from such a file; needs the key ring of where it comes from. Reactors stay silent: no mail is sent again',
    )
    .argument('<file>', '- is standard input')
    .option('--json', 'print JSON, and progress as JSON lines on standard error')
    .action((file: string, options: OutputOptions) => withDatabase((opened) => importFrom(opened, file, options)));
}

async function exportTo(
  { config, url, interrupted }: OpenCommand,
  path: string,
  options: ExportOptions,
): Promise<void> {
  const blobs = { columns: silos.blobColumns, store: await openBlobStore(config) };
  const log = { withKeys: !options.withoutKeys, blobs };
  const output = await openOutput(path, options.force);
  try {
    const facts = await inSnapshot(url, async (client) => {
      const known = await readLogFacts(client, log);
      const why = await whyBlobsMayLack(client, log, known);
      if (why) note(`The list of files may lack some: ${why}.`);
      const progress = startProgress({ label: 'Exporting', total: known.events, unit: 'events', json: options.json });
      const onRows = (section: string, rows: number) => section === 'events' && progress.update(rows);
      const content = {
        kind: 'log' as const,
        program: packageJson.version,
        facts: known,
        sections: logSections(client, log),
      };
      const { counts, sha256 } = await writeBundle(content, output.stream, { onRows, signal: interrupted });
      progress.end();
      return { ...known, counts, sha256 };
    });
    await output.keep();
    const { counts, sha256, events, head, incarnation, keys } = facts;
    const report = {
      file: path,
      events,
      head,
      incarnation,
      keys,
      dataKeys: counts.data_keys,
      blobs: counts.blobs,
      sha256,
    };
    // Standard output is the bundle itself then.
    if (path === '-') note(JSON.stringify(report));
    else printFacts(report, options);
    if (options.withoutKeys)
      note(
        'Without data keys all that is sealed (addresses, names, password hashes) is erased where this is imported.',
      );
  } catch (error) {
    await output.discard();
    throw interrupted.aborted ? new Interrupted() : error;
  }
}

async function importFrom(
  { config, url, interrupted }: OpenCommand,
  path: string,
  options: OutputOptions,
): Promise<void> {
  const source = path === '-' ? process.stdin : createReadStream(path);
  const reader = await BundleReader.open<LogFacts>(source, 'log');
  const { facts, program } = reader.header;
  const progress = startProgress({ label: 'Importing', total: facts.events, unit: 'events', json: options.json });
  const report = await importLog(reader, {
    url,
    ring: findKeyRing(config),
    eventTypes: silos.eventTypes,
    silentReactors: silos.reactors.map(({ versionedName }) => versionedName),
    onEvents: (done) => progress.update(done),
    signal: interrupted,
  }).catch((error: unknown) => {
    throw interrupted.aborted ? new Interrupted() : error;
  });
  progress.end();
  printFacts({ file: path, ...report, keys: facts.keys, program, source: facts.incarnation }, options);
  note('The read models are built at the first start of a server.');
}
