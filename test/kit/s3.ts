import { randomBytes } from 'node:crypto';
import { execFile, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import type { S3Settings } from '../../src/core/blob/s3-settings.js';
import { eventually } from './eventually.js';
import { noteProcess } from './program.js';

/** A server of the protocol that is not ours: it checks signatures, and says what Amazon's says. https://github.com/versity/versitygw */
const source = { module: 'github.com/versity/versitygw/cmd/versitygw', version: 'v1.8.0' };
const binary = join(import.meta.dirname, '../../node_modules/.cache/versitygw', source.version, 'versitygw');

const hasGo = spawnSync('go', ['version'], { stdio: 'ignore' }).error === undefined;
const mayRun = process.env.CI === 'true' || existsSync(binary) || hasGo;
if (!mayRun) process.stderr.write('SKIPPED: tests of S3 need Go, which builds the server (go in PATH).\n');

/** `describe` where an S3-compatible server can be had. Under CI=true that it cannot is a failure. */
export const describeS3 = mayRun ? describe : describe.skip;

let server: Promise<{ child: ChildProcess; folder: string; settings: S3Settings }> | undefined;
afterAll(async () => {
  const started = await server?.catch(() => undefined);
  if (!started) return;
  const ended = new Promise((resolve) => started.child.on('exit', resolve));
  started.child.kill('SIGKILL');
  await ended;
  rmSync(started.folder, { recursive: true, force: true });
});

/** A bucket on the server of this test file. The server starts with the first call. */
export async function testBucket(): Promise<S3Settings> {
  return (await (server ??= start())).settings;
}

async function start() {
  await build();
  const folder = mkdtempSync(join(process.env.WAYBILL_TEST_SCRATCH ?? tmpdir(), 's3-'));
  const port = await freePort();
  const secretAccessKey = randomBytes(16).toString('hex');
  const child = spawn(binary, ['--port', `127.0.0.1:${port}`, '--quiet', 'posix', '--nometa', folder], {
    stdio: 'ignore',
    env: { PATH: process.env.PATH, ROOT_ACCESS_KEY: 'waybill', ROOT_SECRET_KEY: secretAccessKey },
  });
  child.unref();
  child.on('exit', noteProcess(child.pid));
  const settings: S3Settings = {
    bucket: 'packages',
    endpoint: `http://127.0.0.1:${port}`,
    region: 'us-east-1',
    accessKeyId: 'waybill',
    secretAccessKey,
    prefix: '',
    pathStyle: true,
  };
  await eventually(() => createBucket(settings));
  return { child, folder, settings };
}

async function createBucket({ endpoint, region, bucket, secretAccessKey }: S3Settings): Promise<void> {
  const credentials = { accessKeyId: 'waybill', secretAccessKey: secretAccessKey! };
  const client = new S3Client({ endpoint: endpoint!, region, forcePathStyle: true, credentials, maxAttempts: 1 });
  await client.send(new CreateBucketCommand({ Bucket: bucket })).finally(() => client.destroy());
}

/** Once per version, for all checkouts and runs that keep node_modules. */
async function build(): Promise<void> {
  if (existsSync(binary)) return;
  mkdirSync(dirname(binary), { recursive: true });
  const folder = mkdtempSync(`${dirname(binary)}-`);
  try {
    const env = { ...process.env, GOBIN: folder, GOFLAGS: '-mod=mod' };
    await promisify(execFile)('go', ['install', `${source.module}@${source.version}`], { env });
    renameSync(join(folder, 'versitygw'), binary);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.on('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as AddressInfo;
      probe.close(() => resolve(port));
    });
  });
}
