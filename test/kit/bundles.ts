import { createHash } from 'node:crypto';
import { Writable } from 'node:stream';
import { gunzipSync, gzipSync } from 'node:zlib';
import { BlobStore } from '../../src/core/blob/blob-store.js';
import { exportLog, inSnapshot, type ExportOptions, type ExportReport } from '../../src/core/bundle/export-log.js';
import type { LogFacts } from '../../src/core/bundle/format.js';
import { importLog, type ImportOptions, type ImportReport } from '../../src/core/bundle/import-log.js';
import { BundleReader } from '../../src/core/bundle/read-bundle.js';

/** A whole bundle in memory. */
export async function exported(
  url: string,
  options: Partial<ExportOptions> = {},
): Promise<{ bundle: Buffer; report: ExportReport }> {
  const pieces: Buffer[] = [];
  const sink = new Writable({ write: (piece, _, done) => void (pieces.push(piece), done()) });
  const store = {} as BlobStore;
  const all = { program: 'test', withKeys: true, blobs: { columns: [], store }, ...options };
  const report = await inSnapshot(url, (client) => exportLog(client, sink, all));
  return { bundle: Buffer.concat(pieces), report };
}

export async function imported(bundle: Buffer, options: ImportOptions): Promise<ImportReport> {
  return importLog(await BundleReader.open<LogFacts>(pieceByPiece(bundle), 'log'), options);
}

/** In pieces that end anywhere. */
async function* pieceByPiece(bundle: Buffer): AsyncGenerator<Buffer> {
  for (let at = 0; at < bundle.length; at += 1000) yield bundle.subarray(at, at + 1000);
}

export function linesOf(bundle: Buffer): any[] {
  const text = gunzipSync(bundle).toString();
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
}

/** Lines as a bundle whose end fits to them, as somebody would forge it. */
export function forged(lines: any[]): Buffer {
  const body = lines.slice(0, -1).map((line) => `${JSON.stringify(line)}\n`);
  const [, { counts }] = lines.at(-1);
  const sha256 = createHash('sha256').update(body.join('')).digest('hex');
  return gzipSync(`${body.join('')}${JSON.stringify(['end', { counts, sha256 }])}\n`);
}
