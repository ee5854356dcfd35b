import { once } from 'node:events';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { Agent, request, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { DiskBlobStore } from '../../src/core/blob/disk-blob-store.js';
import { writeHashed } from '../../src/core/blob/hashed-write.js';
import { loadNow } from './machine.js';
import type { BenchOptions } from './options.js';
import { measurePackageFiles } from './package-files.js';
import { count, type Row } from './report.js';
import { serve, type Served } from './served.js';
import { median, percentile } from './statistics.js';

const MB = 1_000_000;
const PIECE = Buffer.alloc(64 * 1024, 'a piece of a file ');
const CHUNK_BYTES = 8 * 1024 * 1024;
const AT_ONCE = 64;

type Measured = { megabytesPerSecond: number; peakMib: number };

/** Files into the server and out of it: how fast, and the most memory that the server held meanwhile. */
export async function measureFiles(options: BenchOptions): Promise<Row[]> {
  const { quick, root, scratch } = options;
  const largeBytes = (quick ? 20 : 200) * MB;
  const smallBytes = (quick ? 0.4 : 4) * MB;
  const served = await serve({}, join(root, 'dist/bench-server.mjs'));
  const agent = new Agent({ keepAlive: true });
  const files = new Files(served, agent);
  const times = quick ? 1 : 3;
  try {
    const bare = await bareRate(scratch, largeBytes);
    const blob = await storedBlob(served, largeBytes);
    const beside = `writing and hashing alone ${count(bare)} MB/s`;
    const whole = await repeated(times, () => measured(served, largeBytes, () => files.put(largeBytes)));
    const chunked = await repeated(times, () => measured(served, largeBytes, () => files.putChunks(largeBytes)));
    const down = await repeated(times, () => measured(served, largeBytes, () => files.get(blob, largeBytes)));
    const took: number[] = [];
    const many = await repeated(times, () =>
      measured(served, AT_ONCE * smallBytes, async () => void took.push(...(await files.putMany(AT_ONCE, smallBytes)))),
    );
    return [
      rowOf(`upload of ${largeBytes / MB} MB, one PUT`, whole, beside),
      rowOf(`upload of ${largeBytes / MB} MB, chunks of 8 MiB`, chunked, beside),
      rowOf(
        `${AT_ONCE} uploads of ${smallBytes / MB} MB at once`,
        many,
        `p50 ${count(percentile(took, 50))} ms, p95 ${count(percentile(took, 95))} ms`,
      ),
      rowOf(`download of ${largeBytes / MB} MB`, down),
      ...(await measurePackageFiles(options)),
    ];
  } finally {
    agent.destroy();
    await served.stop();
  }
}

function rowOf(point: string, { megabytesPerSecond, peakMib }: Measured, beside?: string): Row {
  return {
    part: 'files',
    point,
    figure: `${count(megabytesPerSecond)} MB/s, peak ${count(peakMib)} MiB resident`,
    beside,
    load: loadNow(),
    data: { megabytesPerSecond, peakMib },
  };
}

async function repeated(times: number, measure: () => Promise<Measured>): Promise<Measured> {
  const rounds: Measured[] = [];
  for (let n = 0; n < times; n++) rounds.push(await measure());
  return {
    megabytesPerSecond: median(rounds.map((round) => round.megabytesPerSecond)),
    peakMib: Math.max(...rounds.map((round) => round.peakMib)),
  };
}

async function measured({ server }: Served, bytes: number, work: () => Promise<void>): Promise<Measured> {
  forgetPeak(server.pid);
  const startedAt = performance.now();
  await work();
  const seconds = (performance.now() - startedAt) / 1000;
  return { megabytesPerSecond: bytes / MB / seconds, peakMib: peakMib(server.pid) };
}

/** Linux counts the peak anew. Elsewhere there is none. */
function forgetPeak(pid: number): void {
  try {
    writeFileSync(`/proc/${pid}/clear_refs`, '5');
  } catch {
    // It stays the peak since the start.
  }
}

function peakMib(pid: number): number {
  try {
    return Number(/^VmHWM:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
  } catch {
    return NaN;
  }
}

/** What the disk and the hash allow: the same bytes written by this process, forced to the disk at the end. */
async function bareRate(scratch: string, bytes: number): Promise<number> {
  const file = await open(join(mkdtempSync(join(scratch, 'files-')), 'bare'), 'wx');
  const startedAt = performance.now();
  await writeHashed(pieces(bytes), file, bytes);
  await file.sync();
  await file.close();
  return bytes / MB / ((performance.now() - startedAt) / 1000);
}

/** A file in the server's blob store. @returns its hash */
async function storedBlob({ server }: Served, bytes: number): Promise<string> {
  const blobs = await DiskBlobStore.open(join(server.dataDir, 'blobs'));
  return (await blobs.put(pieces(bytes), { maxBytes: bytes })).hash;
}

async function* pieces(bytes: number): AsyncGenerator<Buffer> {
  for (let left = bytes; left > 0; left -= PIECE.length) yield left < PIECE.length ? PIECE.subarray(0, left) : PIECE;
}

/** A client that sends and reads as fast as it can. */
class Files {
  constructor(
    private readonly served: Served,
    private readonly agent: Agent,
  ) {}

  async put(bytes: number): Promise<void> {
    await this.send(await this.signedUrl(), bytes, {}, 200);
  }

  async putChunks(bytes: number): Promise<void> {
    const opened = await this.send(await this.signedUrl(), 0, { 'x-goog-resumable': 'start' }, 201, 'POST');
    const session = this.reachable(opened.headers.location!);
    for (let start = 0; start < bytes; start += CHUNK_BYTES) {
      const end = Math.min(start + CHUNK_BYTES, bytes);
      const range = `bytes ${start}-${end - 1}/${bytes}`;
      await this.send(session, end - start, { 'content-range': range }, end < bytes ? 308 : 200);
    }
  }

  /** @returns milliseconds of each */
  async putMany(uploads: number, bytes: number): Promise<number[]> {
    const urls = await Promise.all(Array.from({ length: uploads }, () => this.signedUrl()));
    return Promise.all(
      urls.map(async (url) => {
        const startedAt = performance.now();
        await this.send(url, bytes, {}, 200);
        return performance.now() - startedAt;
      }),
    );
  }

  async get(hash: string, bytes: number): Promise<void> {
    const sent = request(`${this.served.server.url}/bench/files/${hash}`, { agent: this.agent }).end();
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    let received = 0;
    for await (const piece of response) received += (piece as Buffer).length;
    if (received !== bytes) throw new Error(`Of ${bytes} bytes ${received} came.`);
  }

  private async signedUrl(): Promise<string> {
    const { getSignedUrl } = await this.served.client.send('{ getSignedUrl { url } }');
    return this.reachable(getSignedUrl.url);
  }

  /** The public URL names the host, the server listens on an address. */
  private reachable(url: string): string {
    return this.served.server.url + url.slice(new URL(url).origin.length);
  }

  private async send(
    url: string,
    bytes: number,
    headers: Record<string, string>,
    expected: number,
    method = 'PUT',
  ): Promise<IncomingMessage> {
    const sent = request(url, { method, agent: this.agent, headers: { ...headers, 'content-length': bytes } });
    const answered = once(sent, 'response') as Promise<[IncomingMessage]>;
    for await (const piece of pieces(bytes)) if (!sent.write(piece)) await once(sent, 'drain');
    sent.end();
    const [response] = await answered;
    response.resume();
    if (response.statusCode !== expected) throw new Error(`${method} ${bytes} bytes: ${response.statusCode}.`);
    await once(response, 'close');
    return response;
  }
}
