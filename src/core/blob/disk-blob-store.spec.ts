import { createHash, randomBytes } from 'node:crypto';
import { readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { makeDataFolder } from '../../../test/kit/data-folder.js';
import { DiskBlobStore } from './disk-blob-store.js';

let folder: string;
let blobs: DiskBlobStore;

beforeEach(async () => {
  folder = makeDataFolder();
  blobs = await DiskBlobStore.open(folder);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const put = (content: Buffer | string, maxBytes = 1_000_000) =>
  blobs.put(Readable.from([Buffer.from(content)]), { maxBytes });
const sha256 = (content: Buffer | string) => createHash('sha256').update(content).digest('hex');
const read = async (...args: Parameters<DiskBlobStore['open']>) => {
  const stream = await blobs.open(...args);
  return stream && (await buffer(stream)).toString();
};
const filesIn = (path: string) =>
  readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => entry.name);

it('gives back what was put, under its SHA-256', async () => {
  const hash = sha256('hello');
  expect(await put('hello')).toEqual({ hash, sizeBytes: 5 });
  expect(await read(hash)).toBe('hello');
  expect(await read(hash, { start: 1, end: 3 })).toBe('ell');
  expect([await blobs.stat(hash), await blobs.has(hash)]).toEqual([{ sizeBytes: 5 }, true]);
});

it('takes a content in many pieces, and none at all', async () => {
  const pieces = Array.from({ length: 40 }, () => randomBytes(50_000));
  const whole = Buffer.concat(pieces);
  expect(await blobs.put(Readable.from(pieces), { maxBytes: whole.length })).toEqual({
    hash: sha256(whole),
    sizeBytes: whole.length,
  });
  expect((await buffer((await blobs.open(sha256(whole)))!)).equals(whole)).toBe(true);
  expect(await put('')).toEqual({ hash: sha256(''), sizeBytes: 0 });
});

it('stores equal contents once, also when they are put at the same time', async () => {
  const all = await Promise.all(Array.from({ length: 20 }, () => put('same')));
  expect(new Set(all.map(({ hash }) => hash)).size).toBe(1);
  await put('same');
  expect(filesIn(folder)).toEqual([sha256('same')]);
});

it.each([
  ['is longer than it may be', () => put('hello', 4), 'ContentTooLarge'],
  [
    'breaks off',
    () =>
      blobs.put(
        (async function* () {
          yield Buffer.from('hel');
          throw new Error('gone');
        })(),
        { maxBytes: 9 },
      ),
    'Error',
  ],
])('keeps nothing of a content that %s', async (_, work, name) => {
  await expect(work()).rejects.toMatchObject({ name });
  expect(filesIn(folder)).toEqual([]);
});

it('has nothing under unknown hashes, and takes no path for one', async () => {
  writeFileSync(join(folder, 'secret'), 'x');
  for (const hash of [sha256('other'), '../secret', 'secret', sha256('a').toUpperCase(), '']) {
    expect([await read(hash), await blobs.stat(hash), await blobs.has(hash)]).toEqual([null, null, false]);
    await blobs.delete(hash);
  }
  expect(filesIn(folder)).toEqual(['secret']);
});

it('forgets what is deleted, while who reads it reads on', async () => {
  const { hash } = await put('hello');
  const stream = (await blobs.open(hash))!;
  await blobs.delete(hash);
  await blobs.delete(hash);
  expect(await blobs.has(hash)).toBe(false);
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
