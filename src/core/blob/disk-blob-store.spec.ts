import { readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { makeDataFolder } from '../../../test/kit/data-folder.js';
import { behavesAsBlobStore } from '../../../test/kit/blob-store-conformance.js';
import { DiskBlobStore } from './disk-blob-store.js';

let folder: string;
let blobs: DiskBlobStore;

beforeEach(async () => {
  folder = makeDataFolder();
  blobs = await DiskBlobStore.open(folder);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

behavesAsBlobStore(async () => blobs);

const put = (content: string, maxBytes = 100) => blobs.put(Readable.from([Buffer.from(content)]), { maxBytes });
const filesIn = (path: string) =>
  readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => entry.name);

it('leaves no file of a content that is longer than it may be', async () => {
  await expect(put('hello', 4)).rejects.toMatchObject({ name: 'ContentTooLarge' });
  expect(filesIn(folder)).toEqual([]);
});

it('never takes a name from outside for a path', async () => {
  writeFileSync(join(folder, 'secret'), 'x');
  expect(await blobs.open('../secret')).toBeNull();
  await blobs.delete('secret');
  expect(filesIn(folder)).toEqual(['secret']);
});

it('lets who reads a content read on when it is deleted', async () => {
  const { hash } = await put('hello');
  const stream = (await blobs.open(hash))!;
  await blobs.delete(hash);
  expect((await buffer(stream)).toString()).toBe('hello');
});

it('removes at its start what a crash left, but not what another process is writing', async () => {
  const { hash } = await put('kept');
  const dayAgo = Date.now() / 1000 - 25 * 60 * 60;
  for (const name of ['left', 'fresh']) writeFileSync(join(folder, 'temporary', name), 'half');
  utimesSync(join(folder, 'temporary', 'left'), dayAgo, dayAgo);
  await DiskBlobStore.open(folder);
  expect(filesIn(folder).sort()).toEqual(['fresh', hash].sort());
});
