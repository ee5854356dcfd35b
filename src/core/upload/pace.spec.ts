import { randomBytes } from 'node:crypto';
import { readdirSync } from 'node:fs';
import type { Server } from 'node:http';
import { eventually } from '../../../test/kit/eventually.js';
import {
  beginPut,
  beginRequest,
  openSession,
  startUploads,
  type UploadFixture,
} from '../../../test/kit/upload-fixture.js';
import { closeGracefully } from '../http/shutdown.js';

let fixture: UploadFixture;
beforeEach(async () => void (fixture = await startUploads()));
afterEach(() => fixture.close());

const content = randomBytes(1000);

it('lets a slow upload go on beyond the time of other requests, and takes their time up again after it', async () => {
  const server = fixture.app.getHttpServer() as Server & { connectionsCheckingInterval: number };
  server.requestTimeout = 50;
  server.headersTimeout = 50;
  server.connectionsCheckingInterval = 10;
  // Node takes the interval over when it listens.
  server.emit('listening');
  const session = await openSession(fixture.uploads.createUrl('ann', 900));
  const { socket, answer } = await beginPut(session, ['content-length: 1000', 'content-range: bytes 0-999/1000']);
  const other = await beginRequest('POST', `${fixture.url}/graphql`, [
    'content-length: 1000',
    'content-type: application/json',
  ]);
  socket.write(content.subarray(0, 500));
  await eventually(() => expect(other.answer()).toMatch(/^HTTP\/1\.1 408 /));
  // The upload is older, so it was over its time in the same look.
  socket.write(content.subarray(500));
  await eventually(() => expect(answer()).toMatch(/^HTTP\/1\.1 200 /));
  socket.write('POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-length: 1000\r\n\r\n');
  await eventually(() => expect(answer()).toMatch(/HTTP\/1\.1 4(08|15) /));
  socket.destroy();
});

it('lets an upload end before the server stops', async () => {
  const session = await openSession(fixture.uploads.createUrl('ann', 900));
  const { socket, answer } = await beginPut(session, ['content-length: 1000', 'content-range: bytes 0-999/1000']);
  socket.write(content.subarray(0, 500));
  await eventually(() => expect(readdirSync(fixture.folder, { recursive: true }).join()).toContain('chunks'));
  const closed = closeGracefully(fixture.app);
  await eventually(async () => expect(await fetch(fixture.url).catch(() => 'refused')).toBe('refused'));
  socket.write(content.subarray(500));
  await closed;
  await eventually(() => expect(answer()).toMatch(/^HTTP\/1\.1 200 .*connection: close/is));
});

it('ends an upload that takes too long for a server that stops, so that it can go on elsewhere', async () => {
  const impatient = await startUploads({ stopMs: 300 });
  const url = impatient.uploads.createUrl('ann', 900);
  const session = await openSession(url);
  const { socket, answer } = await beginPut(session, ['content-length: 1000', 'content-range: bytes 0-999/1000']);
  socket.write(content.subarray(0, 500));
  await eventually(() => expect(readdirSync(impatient.folder, { recursive: true }).join()).toContain('chunks'));
  await closeGracefully(impatient.app);
  await eventually(() => expect(answer()).toMatch(/^HTTP\/1\.1 503 .*connection: close/is));
  await expect(impatient.uploads.find(url, 'ann')).rejects.toMatchObject({
    code: 'UPLOAD_INCOMPLETE',
    details: { receivedBytes: 500, totalBytes: 1000 },
  });
  socket.destroy();
  await impatient.close();
});
