import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import packageJson from '../../../package.json' with { type: 'json' };
import type { BlobStore } from '../../core/blob/blob-store.js';
import { DiskBlobStore } from '../../core/blob/disk-blob-store.js';
import { openBlobStore } from '../../core/blob/open-blob-store.js';
import { exportLog, inSnapshot, type ExportReport } from '../../core/bundle/export-log.js';
import { exportPlatform } from '../../core/bundle/platform.js';
import { jsonLine, writeBundle } from '../../core/bundle/write-bundle.js';
import { unlessMissing } from '../../core/blob/missing.js';
import { silos } from '../../silos.js';
import { CommandFailure, exitCodes, Interrupted } from '../exit.js';
import { note, printFacts, type OutputOptions } from '../output.js';
import { openOutput } from '../output-file.js';
import { startProgress } from '../progress.js';
import { keyRingPath, type OpenCommand } from '../session.js';
import { blobFolder, blobListName, keysName, logName, manifestName, manifestOf, platformName } from './manifest.js';
import { keptTables } from './tables.js';

export type BackupOptions = OutputOptions & { includeKeys?: boolean };

/** Writes a backup into an empty folder. Log and tables are from one snapshot; stored files, which only ever come to it, follow. */
export async function makeBackup(opened: OpenCommand, folder: string, options: BackupOptions): Promise<void> {
  try {
    await backUp(opened, folder, options);
  } catch (error) {
    throw opened.interrupted.aborted ? new Interrupted() : error;
  }
}

async function backUp(
  { config, url, interrupted }: OpenCommand,
  folder: string,
  options: BackupOptions,
): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  if ((await readdir(folder)).length > 0)
    throw new CommandFailure(`${folder} is not empty; a backup has a folder of its own.`, exitCodes.usage);
  const ring = options.includeKeys ? await ringText(config.keyRing, keyRingPath(config)) : null;
  const blobs = await openBlobStore(config);
  const log = await backUpDatabase(url, folder, blobs, options, interrupted);
  const copied = await backUpBlobs(blobs, folder, options, interrupted);
  if (ring) await written(join(folder, keysName), ring);

  const names = [logName, platformName, blobListName, ...(ring ? [keysName] : [])];
  const { incarnation, head, events, ringKeyIds } = log;
  const facts = {
    program: packageJson.version,
    incarnation,
    head,
    events,
    blobs: copied,
    ringKeyIds,
    keysIncluded: ring !== null,
  };
  const manifest = await manifestOf(folder, names, facts);
  await written(join(folder, manifestName), `${JSON.stringify(manifest, null, 2)}\n`);
  printFacts(
    { folder, head, events, blobs: copied.count, blobBytes: copied.sizeBytes, keysIncluded: ring !== null },
    options,
  );
  note(keysNote(manifest.keysIncluded, ringKeyIds, config.keyRing ? 'the setting WAYBILL_KEYS' : keyRingPath(config)));
}

async function backUpDatabase(
  url: string,
  folder: string,
  blobs: BlobStore,
  options: BackupOptions,
  signal: AbortSignal,
): Promise<ExportReport> {
  const program = packageJson.version;
  return inSnapshot(url, async (client) => {
    const progress = startProgress('Exporting events', options);
    const log = await openOutput(join(folder, logName));
    const report = await exportLog(client, log.stream, {
      program,
      withKeys: true,
      blobs: { columns: silos.blobColumns, store: blobs },
      onStart: (events) => progress.total(events),
      onEvents: (done) => progress.update(done),
      signal,
    });
    await log.keep();
    const platform = await openOutput(join(folder, platformName));
    await exportPlatform(client, platform.stream, keptTables, { program, signal });
    await platform.keep();
    return report;
  });
}

/** All that is stored, whoever refers to it: a copy needs no read model that is up to date. */
async function backUpBlobs(
  blobs: BlobStore,
  folder: string,
  options: BackupOptions,
  signal: AbortSignal,
): Promise<{ count: number; sizeBytes: number }> {
  const copy = await DiskBlobStore.open(join(folder, blobFolder));
  const copied = { count: 0, sizeBytes: 0 };
  const progress = startProgress('Copying files', options);
  progress.total(await countOf(blobs.list()));
  async function* rows(): AsyncGenerator<Uint8Array> {
    for await (const { hash, sizeBytes } of blobs.list()) {
      signal.throwIfAborted();
      const content = await blobs.open(hash);
      // Collected since it was listed: nothing refers to it.
      if (!content) continue;
      const { hash: actual } = await copy.put(content, { maxBytes: sizeBytes });
      if (actual !== hash)
        throw new CommandFailure(
          `The stored file ${hash} is damaged; "waybill blobs verify" says more. Mend or delete it, then try again.`,
        );
      copied.count++;
      copied.sizeBytes += sizeBytes;
      progress.update(copied.count);
      yield jsonLine({ hash, size_bytes: sizeBytes });
    }
  }
  const list = await openOutput(join(folder, blobListName));
  const content = {
    kind: 'blobs' as const,
    program: packageJson.version,
    facts: {},
    sections: [{ name: 'blobs', rows: rows() }],
  };
  await writeBundle(content, list.stream, { signal });
  await list.keep();
  return copied;
}

async function countOf(items: AsyncIterable<unknown>): Promise<number> {
  let count = 0;
  for await (const _ of items) count++;
  return count;
}

async function ringText(setting: string | undefined, path: string): Promise<string> {
  if (setting) return `${setting}\n`;
  const text = await unlessMissing(readFile(path, 'utf8'));
  if (text === null) throw new CommandFailure(`There is no key ring ${path} to include.`, exitCodes.notFound);
  return text;
}

/** Private, whole or not there, and on the disk. */
async function written(path: string, text: string): Promise<void> {
  const output = await openOutput(path);
  await pipeline(Readable.from([text]), output.stream);
  await output.keep();
}

function keysNote(included: boolean, ringKeyIds: string[], place: string): string {
  if (included) return `The key ring is in the backup: whoever has the folder can read all of it.`;
  if (ringKeyIds.length === 0) return 'Nothing in it is sealed yet.';
  return (
    `The key ring is not in the backup. It is ${place}; keep a copy of it apart from the backup: ` +
    `without the keys ${ringKeyIds.join(', ')} nothing that is sealed in it (addresses, names, password hashes) can be read, and nobody can log in.`
  );
}
