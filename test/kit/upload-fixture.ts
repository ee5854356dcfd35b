import { Module } from '@nestjs/common';
import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { DiskBlobStore } from '../../src/core/blob/disk-blob-store.js';
import { UploadRoutes } from '../../src/core/upload/upload-routes.js';
import { UploadUrls } from '../../src/core/upload/upload-urls.js';
import { Uploads, type UploadsOptions } from '../../src/core/upload/uploads.js';
import { makeDataFolder } from './data-folder.js';
import { startFixture } from './web-fixture.js';

export type UploadFixture = Awaited<ReturnType<typeof startUploads>>;

/** Uploads on the HTTP shell, without the product. `clock` may be moved. */
export async function startUploads(options: Partial<UploadsOptions> = {}) {
  const dataDir = makeDataFolder();
  const folder = join(dataDir, 'uploads');
  const blobs = await DiskBlobStore.open(join(dataDir, 'blobs'));
  const clock = { aheadMs: 0 };
  let url = '';
  const uploads = new Uploads({
    folder,
    urls: new UploadUrls(randomBytes(32)),
    base: () => url,
    maxBytes: 10_000_000,
    ownerLimits: { uploads: 100, bytes: 40_000_000 },
    blobs,
    now: () => Date.now() + clock.aheadMs,
    ...options,
  });
  @Module({ providers: [UploadRoutes, { provide: Uploads, useValue: uploads }] })
  class UploadFixtureModule {}
  const shell = await startFixture({}, [{ module: UploadFixtureModule }]);
  url = shell.url;
  const close = async () => {
    await shell.close();
    rmSync(dataDir, { recursive: true, force: true, maxRetries: 3 });
  };
  return { ...shell, uploads, blobs, folder, clock, close };
}

/** What a client sends to a session. @param end behind the last byte */
export const putChunk = (
  session: string,
  content: Buffer,
  start: number,
  end: number,
  total: number | '*' = content.length,
) =>
  fetch(session, {
    method: 'PUT',
    headers: { 'content-range': `bytes ${start}-${end - 1}/${total}` },
    body: new Uint8Array(content.subarray(start, end)),
  });

export const askProgress = (session: string, total: number | '*' = '*') =>
  fetch(session, { method: 'PUT', headers: { 'content-range': `bytes */${total}` } });

/** Status and Range of an answer, as a client reads them. */
export const standing = async (answer: Promise<Response>): Promise<[number, string | null]> => {
  const { status, headers } = await answer;
  return [status, headers.get('range')];
};

/** @returns the session URL */
export async function openSession(url: string): Promise<string> {
  const { status, headers } = await fetch(url, {
    method: 'POST',
    headers: { 'x-goog-resumable': 'start', 'content-type': 'application/octet-stream' },
  });
  const location = headers.get('location');
  if (status !== 201 || !location) throw new Error(`The session was not opened: ${status}`);
  return location;
}

/** A request that was begun on a connection of its own: its head is sent. */
export type Begun = { socket: Socket; answer(): string };

export async function beginRequest(method: string, url: string, headers: string[]): Promise<Begun> {
  const { port, pathname, search } = new URL(url);
  const socket = connect(Number(port), '127.0.0.1');
  let answer = '';
  socket.on('error', () => undefined).on('data', (data) => (answer += data.toString()));
  await new Promise((resolve) => socket.once('connect', resolve));
  socket.write(`${method} ${pathname}${search} HTTP/1.1\r\nhost: x\r\n${headers.join('\r\n')}\r\n\r\n`);
  return { socket, answer: () => answer };
}

export const beginPut = (url: string, headers: string[]): Promise<Begun> => beginRequest('PUT', url, headers);
