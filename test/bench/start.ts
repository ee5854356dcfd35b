import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { noteProcess } from '../kit/program.js';
import { HttpClient } from './http-client.js';
import { loadNow } from './machine.js';
import type { BenchOptions } from './options.js';
import { type Row } from './report.js';
import { median } from './statistics.js';

/** Milliseconds since the start of the process. */
type Timeline = { postgresLaunched: number; postgresReady: number; listening: number; answered: number };

const AIM_MS = 1000;

/** `node bin/waybill.mjs serve` on a folder that was used before, with its embedded Postgres, until the first right answer. */
export async function measureStart({ quick, root, scratch }: BenchOptions): Promise<Row[]> {
  const dataDir = mkdtempSync(join(scratch, 'start-'));
  const port = await freePort();
  const environment = {
    ...process.env,
    HOST: '127.0.0.1',
    PORT: String(port),
    WAYBILL_DATA_DIR: dataDir,
    DATABASE_URL: '',
  };
  const start = () => timed(join(root, 'bin/waybill.mjs'), dataDir, environment, port);
  await start(); // makes the cluster
  const timelines: Timeline[] = [];
  for (let n = 0; n < (quick ? 2 : 7); n++) timelines.push(await start());
  const middle = (name: keyof Timeline) => Math.round(median(timelines.map((timeline) => timeline[name])));
  const [launched, ready, listening, answered] = [
    middle('postgresLaunched'),
    middle('postgresReady'),
    middle('listening'),
    middle('answered'),
  ];
  return [
    {
      part: 'start',
      point: 'first answer',
      figure: `${answered} ms`,
      beside: `Postgres launched ${launched}, ready ${ready}, listening ${listening}`,
      aim: `≤ ${AIM_MS} ms`,
      met: answered <= AIM_MS,
      load: loadNow(),
      data: { answered, launched, ready, listening, timelines },
    },
  ];
}

async function timed(program: string, dataDir: string, env: NodeJS.ProcessEnv, port: number): Promise<Timeline> {
  const startedAt = performance.now();
  const child = spawn(process.execPath, [program, 'serve'], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const forget = noteProcess(child.pid);
  const output: string[] = [];
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => output.push(text));
  const client = new HttpClient(`http://127.0.0.1:${port}`);
  const timeline: Partial<Timeline> = {};
  const exited = new Promise((resolve) => child.once('exit', resolve));
  try {
    while (timeline.answered === undefined) {
      if (child.exitCode !== null) throw new Error(`The server ended at its start:\n${output.join('')}`);
      await look(client, join(dataDir, 'postgres/postmaster.pid'), timeline, () => performance.now() - startedAt);
      await delay(2);
    }
    return timeline as Timeline;
  } finally {
    client.close();
    await ended(child, exited);
    forget();
  }
}

async function look(
  client: HttpClient,
  pidFile: string,
  timeline: Partial<Timeline>,
  now: () => number,
): Promise<void> {
  const postmaster = contentOf(pidFile);
  if (postmaster) timeline.postgresLaunched ??= now();
  if (postmaster.trimEnd().endsWith('ready')) timeline.postgresReady ??= now();
  if (timeline.postgresReady === undefined) return;
  const askedAt = now();
  const answer = await client.send('{ __typename viewer { id } }').catch((error: Error) => {
    if ((error as { code?: string }).code !== 'ECONNREFUSED') throw error;
  });
  if (answer === undefined) return;
  if (answer.__typename !== 'Query' || answer.viewer !== null)
    throw new Error(`Not the right answer: ${JSON.stringify(answer)}`);
  timeline.listening = askedAt;
  timeline.answered = now();
}

function contentOf(file: string): string {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    return '';
  }
}

async function ended(child: ChildProcess, exited: Promise<unknown>): Promise<void> {
  if (child.exitCode === null) child.kill('SIGINT');
  await exited;
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
