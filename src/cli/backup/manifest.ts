import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { CommandFailure } from '../exit.js';

export const manifestName = 'manifest.json';
export const logName = 'log.bundle.gz';
export const platformName = 'platform.bundle.gz';
export const blobListName = 'blobs.bundle.gz';
export const blobFolder = 'blobs';
export const keysName = 'keys';

const manifestVersion = 1;

type FileEntry = { name: string; sizeBytes: number; sha256: string };

/** What a backup consists of; written last, so a folder without it is no whole backup. */
export type Manifest = {
  format: 'waybill backup';
  version: typeof manifestVersion;
  program: string;
  createdAt: string;
  /** Of the log that was backed up, and its last position. */
  incarnation: string;
  head: number;
  events: number;
  blobs: { count: number; sizeBytes: number };
  /** Ids of the keys without which the backup cannot be read, and whether they are in it. */
  ringKeyIds: string[];
  keysIncluded: boolean;
  files: FileEntry[];
};

export type ManifestFacts = Omit<Manifest, 'format' | 'version' | 'createdAt' | 'files'>;

/** @param names of the files beside the stored ones, whose names are their hashes */
export async function manifestOf(folder: string, names: string[], facts: ManifestFacts): Promise<Manifest> {
  const files = [];
  for (const name of names) files.push(await entryOf(folder, name));
  return { format: 'waybill backup', version: manifestVersion, createdAt: new Date().toISOString(), ...facts, files };
}

/** @throws CommandFailure when the folder holds no whole backup, or one of a newer Waybill, or a file of it was changed */
export async function checkedManifest(folder: string): Promise<Manifest> {
  const text = await readFile(join(folder, manifestName), 'utf8').catch(() => {
    throw new CommandFailure(`${folder} holds no whole backup: there is no ${manifestName} in it.`);
  });
  const manifest = parsed(text);
  if (manifest?.format !== 'waybill backup' || !Array.isArray(manifest.files))
    throw new CommandFailure(`${manifestName} is not that of a backup of Waybill.`);
  if (manifest.version !== manifestVersion)
    throw new CommandFailure(
      `The backup has version ${manifest.version}; this Waybill knows ${manifestVersion}. Use the Waybill that made it, or a newer one.`,
    );
  for (const { name, sha256 } of manifest.files) {
    const found = await entryOf(folder, name).catch(() => null);
    if (!found) throw new CommandFailure(`The backup is not whole: ${name} is missing. Nothing was written.`);
    if (found.sha256 !== sha256)
      throw new CommandFailure(`The backup is damaged: ${name} is not what it was. Nothing was written.`);
  }
  return manifest;
}

async function entryOf(folder: string, name: string): Promise<FileEntry> {
  const path = join(folder, name);
  const digest = createHash('sha256');
  await pipeline(createReadStream(path), digest);
  return { name, sizeBytes: (await stat(path)).size, sha256: digest.digest('hex') };
}

function parsed(text: string): Manifest | null {
  try {
    return JSON.parse(text) as Manifest;
  } catch {
    return null;
  }
}
