import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { makeDataFolder, removeDataFolder } from '../kit/data-folder.js';
import { createTestDatabase, type TestDatabase } from '../kit/database.js';
import { eventually } from '../kit/eventually.js';
import { graphql } from '../kit/graphql-client.js';
import { startServer, type TestServer } from '../kit/server.js';
import { askProgress, openSession, putChunk, standing } from '../kit/upload-fixture.js';

let database: TestDatabase;
let dataDir: string;
let server: TestServer;

beforeAll(async () => {
  database = await createTestDatabase();
  dataDir = makeDataFolder();
  server = await startServer({ database, dataDir });
});
afterAll(async () => {
  await server.stop();
  await database.drop();
  await removeDataFolder(dataDir);
});

const signedUrl = async (): Promise<string> => {
  const token = await eventually(() => /wasmer login --registry \S+ (\S+)/.exec(server.output())![1]!);
  const { data } = await graphql(server.graphqlUrl, '{ getSignedUrl { url } }', {}, token);
  return data.getSignedUrl.url;
};

/** The same upload after a new start, which takes another port. */
const here = (url: string) => server.url + url.slice(new URL(url).origin.length);

it('goes on after kill -9 in the middle of a chunk from what it had answered, and ends as the same file', async () => {
  const content = randomBytes(3_000_000);
  let session = await openSession(await signedUrl());
  expect(await standing(putChunk(session, content, 0, 1_000_000))).toEqual([308, 'bytes=0-999999']);
  const { port, pathname, search } = new URL(session);
  const socket = connect(Number(port), '127.0.0.1').on('error', () => undefined);
  socket.write(
    `PUT ${pathname}${search} HTTP/1.1\r\nhost: x\r\ncontent-length: 1000000\r\ncontent-range: bytes 1000000-1999999/3000000\r\n\r\n`,
  );
  socket.write(content.subarray(1_000_000, 1_700_000));
  const chunks = () => readFileSync(join(dataDir, 'uploads', 'signed', pathname.split('/').at(-1)!, 'chunks'));
  await eventually(() => expect(chunks().length).toBeGreaterThan(1_000_000));
  await server.kill();
  server = await startServer({ database, dataDir });
  session = here(session);
  // What came of the broken chunk may count or not; what was answered does.
  const [status, range] = await standing(askProgress(session, 3_000_000));
  expect(status).toBe(308);
  const received = Number(range!.split('-')[1]) + 1;
  expect(received).toBeGreaterThanOrEqual(1_000_000);
  expect(chunks().subarray(0, received).equals(content.subarray(0, received))).toBe(true);
  expect((await putChunk(session, content, received, 2_500_000)).status).toBe(308);
  expect((await putChunk(session, content, 2_500_000, 3_000_000)).status).toBe(200);
  const folder = join(dataDir, 'uploads', 'signed', pathname.split('/').at(-1)!);
  const [whole] = readdirSync(folder).filter((name) => name !== 'state.json');
  expect(readFileSync(join(folder, whole!)).equals(content)).toBe(true);
});
