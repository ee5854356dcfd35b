import { createReadStream, existsSync } from 'node:fs';
import type { Command } from 'commander';
import packageJson from '../../package.json' with { type: 'json' };
import { openBlobStore } from '../core/blob/open-blob-store.js';
import { exportLog, inSnapshot } from '../core/bundle/export-log.js';
import type { LogFacts } from '../core/bundle/format.js';
import { importLog } from '../core/bundle/import-log.js';
import { BundleReader } from '../core/bundle/read-bundle.js';
import { silos } from '../silos.js';
import { CommandFailure, exitCodes, Interrupted } from './exit.js';
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

async function exportTo(opened: OpenCommand, path: string, options: ExportOptions): Promise<void> {
  const { config, url, interrupted } = opened;
  const blobs = { columns: silos.blobColumns, store: await openBlobStore(config) };
  const output = await openOutput(path, options.force);
  const progress = startProgress('Exporting events', options);
  try {
    const { counts, blobsMayLack, ...report } = await inSnapshot(url, (client) =>
      exportLog(client, output.stream, {
        program: packageJson.version,
        withKeys: !options.withoutKeys,
        blobs,
        onStart: (events) => progress.total(events),
        onEvents: (done) => progress.update(done),
        signal: interrupted,
      }),
    );
    await output.keep();
    const result = { file: path, ...report, dataKeys: counts.data_keys, blobs: counts.blobs };
    // Standard output is the bundle itself then.
    if (path === '-') note(JSON.stringify(result));
    else printFacts(result, options);
    if (blobsMayLack) note(`The list of stored files may lack some: ${blobsMayLack}.`);
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
  if (path !== '-' && !existsSync(path)) throw new CommandFailure(`There is no file ${path}.`, exitCodes.notFound);
  const source = path === '-' ? process.stdin : createReadStream(path);
  const reader = await BundleReader.open<LogFacts>(source, 'log');
  const { facts, program } = reader.header;
  const progress = startProgress('Importing events', options);
  progress.total(facts.events);
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
  printFacts({ file: path, ...report, keys: facts.keys, program, source: facts.incarnation }, options);
  note('The read models are built at the first start of a server.');
}
