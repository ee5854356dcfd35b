import type { Command } from 'commander';
import type { BlobStore } from '../core/blob/blob-store.js';
import { collectedAfterMs, unreferredBlobs } from '../core/blob/collect.js';
import { openBlobStore } from '../core/blob/open-blob-store.js';
import { verifyBlobs } from '../core/blob/verify.js';
import { allReferred, referredOf, whyNotKnown } from '../core/projection/blob-columns.js';
import { CommandFailure, exitCodes } from './exit.js';
import { note, print, printJson, type OutputOptions } from './output.js';
import { withSession, type Session } from './session.js';

export function addBlobCommands(program: Command): void {
  const blobs = program.command('blobs').description('look at stored files and mend them');

  blobs
    .command('verify')
    .description(
      'hash every stored file anew, and look whether all that is referred to is there; exit code 4 on a finding',
    )
    .option('--json', 'print JSON')
    .action((options: OutputOptions) => withBlobs((session, store) => verify(session, store, options)));

  blobs
    .command('gc')
    .description(
      `delete files that nothing refers to and that were stored more than ${collectedAfterMs / 3_600_000} hours ago`,
    )
    .option('--dry-run', 'only name them')
    .option('--json', 'print JSON')
    .action((options: GcOptions) => withBlobs((session, store) => collect(session, store, options)));
}

type GcOptions = OutputOptions & { dryRun?: boolean };

const withBlobs = (work: (session: Session, store: BlobStore) => Promise<void>) =>
  withSession(async (session) => work(session, await openBlobStore(session.config)));

async function verify({ pool, core }: Session, store: BlobStore, options: OutputOptions): Promise<void> {
  const report = await verifyBlobs(store, allReferred(pool, core.silos.blobColumns), (count, bytes) => {
    if (process.stderr.isTTY) process.stderr.write(`\rVerified ${count} files, ${size(bytes)}`);
  });
  if (process.stderr.isTTY) note('');
  const findings = report.damaged.length + report.missing.length;
  if (options.json) printJson(report);
  else {
    print(
      `${report.blobs} files, ${size(report.sizeBytes)}: ${findings === 0 ? 'all are whole' : `${findings} findings`}.`,
    );
    for (const hash of report.damaged) print(`  damaged ${hash}`);
    for (const hash of report.missing) print(`  missing ${hash}`);
  }
  if (findings > 0) process.exitCode = exitCodes.findings;
}

async function collect({ pool, core }: Session, store: BlobStore, { dryRun = false, json }: GcOptions): Promise<void> {
  const columns = core.silos.blobColumns;
  const why = await whyNotKnown(pool, columns, await core.watermark.safeHead());
  if (why) throw new CommandFailure(`What is referred to is not known: ${why}. See \`waybill projections status\`.`);
  const before = new Date(Date.now() - collectedAfterMs);
  const found: { hash: string; sizeBytes: number; storedAt: Date }[] = [];
  for await (const blob of unreferredBlobs(store, (hashes) => referredOf(pool, columns, hashes), before)) {
    if (!dryRun) await store.delete(blob.hash);
    found.push(blob);
    if (!json) print(`${blob.hash}  ${size(blob.sizeBytes)}  ${blob.storedAt.toISOString()}`);
  }
  if (json) return printJson(found);
  const bytes = found.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  print(
    found.length === 0
      ? 'Nothing to collect.'
      : `${found.length} files, ${size(bytes)} ${dryRun ? 'would be' : 'were'} deleted.`,
  );
}

function size(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  const power = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, bytes)) / 3));
  return `${power === 0 ? bytes : (bytes / 1000 ** power).toFixed(1)} ${units[power]}`;
}
