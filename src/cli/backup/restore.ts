import { constants, createReadStream, existsSync } from 'node:fs';
import { chmod, copyFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { BlobStore } from '../../core/blob/blob-store.js';
import { DiskBlobStore } from '../../core/blob/disk-blob-store.js';
import { openBlobStore } from '../../core/blob/open-blob-store.js';
import { verifyBlobs } from '../../core/blob/verify.js';
import type { LogFacts } from '../../core/bundle/format.js';
import { importLog } from '../../core/bundle/import-log.js';
import { importPlatform } from '../../core/bundle/platform.js';
import { BundleReader } from '../../core/bundle/read-bundle.js';
import type { Config } from '../../core/config/config.js';
import { silos } from '../../silos.js';
import { CommandFailure, Interrupted } from '../exit.js';
import { note, printFacts, type OutputOptions } from '../output.js';
import { startProgress } from '../progress.js';
import { findKeyRing, keyRingPath, type OpenCommand } from '../session.js';
import {
  blobFolder,
  blobListName,
  checkedManifest,
  keysName,
  logName,
  platformName,
  type Manifest,
} from './manifest.js';
import { keptTables } from './tables.js';

/**
 * Makes an installation of a backup. All of it is checked before anything is written. Stored files come first, for what is stored and not
 * named does no harm; the database follows in one transaction.
 */
export async function restoreBackup(opened: OpenCommand, folder: string, options: OutputOptions): Promise<void> {
  try {
    await restore(opened, folder, options);
  } catch (error) {
    throw opened.interrupted.aborted ? new Interrupted() : error;
  }
}

async function restore(
  { config, url, interrupted }: OpenCommand,
  folder: string,
  options: OutputOptions,
): Promise<void> {
  const manifest = await checkedManifest(folder);
  const copy = await DiskBlobStore.open(join(folder, blobFolder));
  await assertWhole(copy, folder, interrupted);
  await placeKeys(manifest, folder, config);
  const blobs = await openBlobStore(config);
  await restoreBlobs(copy, blobs, interrupted);

  const reader = await BundleReader.open<LogFacts>(createReadStream(join(folder, logName)), 'log');
  const progress = startProgress('Importing events', options);
  progress.total(reader.header.facts.events);
  const report = await importLog(reader, {
    url,
    ring: findKeyRing(config),
    eventTypes: silos.eventTypes,
    // They go on where they stood: their jobs are restored, too.
    silentReactors: [],
    beside: async (client) => {
      const platform = await BundleReader.open<object>(createReadStream(join(folder, platformName)), 'platform');
      await importPlatform(client, platform, keptTables);
    },
    onEvents: (done) => progress.update(done),
    signal: interrupted,
  });
  printFacts({ folder, ...report, blobs: manifest.blobs.count, madeAt: manifest.createdAt }, options);
  note('The read models are built at the first start of a server. Its log has a new name: Kafka gets a new topic.');
}

/** @throws CommandFailure when a stored file is missing or not what its name says */
async function assertWhole(copy: BlobStore, folder: string, signal: AbortSignal): Promise<void> {
  const { damaged, missing } = await verifyBlobs(copy, listedBlobs(folder), () => signal.throwIfAborted());
  const [faulty] = [...damaged, ...missing];
  if (faulty)
    throw new CommandFailure(
      `The backup is not whole: of the stored files ${damaged.length} are damaged and ${missing.length} missing, among them ${faulty}. Nothing was written.`,
    );
}

async function* listedBlobs(folder: string): AsyncGenerator<string> {
  const list = await BundleReader.open<object>(createReadStream(join(folder, blobListName)), 'blobs');
  for await (const { rows } of list.section('blobs')) yield* rows.map(({ hash }) => String(hash));
  await list.end();
}

/** A ring that is here already stays: whether it opens the backup shows before anything is written. */
async function placeKeys({ keysIncluded }: Manifest, folder: string, config: Config): Promise<void> {
  const path = keyRingPath(config);
  if (!keysIncluded || config.keyRing || existsSync(path)) return;
  await mkdir(config.dataDir, { recursive: true, mode: 0o700 });
  await copyFile(join(folder, keysName), path, constants.COPYFILE_EXCL);
  await chmod(path, 0o600);
}

/** One that is here with the same name is the same; `blobs verify` tells whether it is whole. */
async function restoreBlobs(copy: BlobStore, blobs: BlobStore, signal: AbortSignal): Promise<void> {
  for await (const { hash, sizeBytes } of copy.list()) {
    signal.throwIfAborted();
    const content = await copy.open(hash);
    if (content && !(await blobs.has(hash))) await blobs.put(content, { maxBytes: sizeBytes });
    else content?.destroy();
  }
}
