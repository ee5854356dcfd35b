import { createHash, randomBytes } from 'node:crypto';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { makeDataFolder } from './data-folder.js';
import { eventually } from './eventually.js';
import type { BlobStore, ByteRange, StoredBlob } from '../../src/core/blob/blob-store.js';

export const sha256 = (content: Buffer | string): string => createHash('sha256').update(content).digest('hex');

/** What every BlobStore promises. `open` gives an empty one for each test. */
export function behavesAsBlobStore(open: () => Promise<BlobStore>): void {
  let blobs: BlobStore;
  beforeEach(async () => {
    blobs = await open();
  });

  const put = (content: Buffer | string, maxBytes = 10_000_000) =>
    blobs.put(Readable.from([Buffer.from(content)]), { maxBytes });
  const read = async (hash: string, range?: ByteRange) => {
    const stream = await blobs.open(hash, range);
    return stream && (await buffer(stream)).toString();
  };
  const all = async () => {
    const found: StoredBlob[] = [];
    for await (const blob of blobs.list()) found.push(blob);
    return found;
  };

  it('gives back what was put, under its SHA-256', async () => {
    const hash = sha256('hello');
    expect(await put('hello')).toEqual({ hash, sizeBytes: 5 });
    expect(await read(hash)).toBe('hello');
    expect(await read(hash, { start: 1, end: 3 })).toBe('ell');
    expect(await blobs.stat(hash)).toMatchObject({ hash, sizeBytes: 5 });
    expect(await blobs.has(hash)).toBe(true);
  });

  it('takes a content in many pieces, and none at all', async () => {
    const pieces = Array.from({ length: 40 }, () => randomBytes(50_000));
    const whole = Buffer.concat(pieces);
    const info = { hash: sha256(whole), sizeBytes: whole.length };
    expect(await blobs.put(Readable.from(pieces), { maxBytes: whole.length })).toEqual(info);
    expect((await buffer((await blobs.open(info.hash))!)).equals(whole)).toBe(true);
    expect(await put('')).toEqual({ hash: sha256(''), sizeBytes: 0 });
    expect(await read(sha256(''))).toBe('');
  });

  it('stores equal contents once, also when they are put at the same time', async () => {
    const infos = await Promise.all(Array.from({ length: 12 }, () => put('same')));
    expect(new Set(infos.map(({ hash }) => hash)).size).toBe(1);
    await put('same');
    expect((await all()).map(({ hash }) => hash)).toEqual([sha256('same')]);
  });

  it('keeps nothing of a content that is longer than it may be, or breaks off', async () => {
    await expect(put('hello', 4)).rejects.toMatchObject({ name: 'ContentTooLarge' });
    const breaking = async function* () {
      yield Buffer.from('hel');
      throw new Error('gone');
    };
    await expect(blobs.put(breaking(), { maxBytes: 9 })).rejects.toThrow('gone');
    expect(await all()).toEqual([]);
  });

  it('takes over a file of ours, also one whose content it has', async () => {
    const folder = makeDataFolder();
    const path = join(folder, 'whole');
    const info = { hash: sha256('hello'), sizeBytes: 5 };
    for (const _ of [1, 2]) {
      writeFileSync(path, 'hello');
      await blobs.adopt(path, info);
      expect([existsSync(path), await read(info.hash)]).toEqual([false, 'hello']);
    }
    await blobs.delete(info.hash);
    await expect(blobs.adopt(path, info)).rejects.toMatchObject({ code: 'ENOENT' });
    expect(await all()).toEqual([]);
    rmSync(folder, { recursive: true });
  });

  it('has nothing under unknown hashes, and takes no path for one', async () => {
    for (const hash of [sha256('other'), '../secret', 'secret', sha256('a').toUpperCase(), '']) {
      expect([await read(hash), await blobs.stat(hash), await blobs.has(hash)]).toEqual([null, null, false]);
      await blobs.delete(hash);
    }
  });

  it('forgets what is deleted', async () => {
    const { hash } = await put('hello');
    await blobs.delete(hash);
    await blobs.delete(hash);
    expect(await blobs.has(hash)).toBe(false);
  });

  it('lists what it holds in the order of the hashes, with sizes', async () => {
    const texts = ['one', 'two', 'three', 'four'];
    for (const text of texts) await put(text);
    expect((await all()).map(({ hash, sizeBytes }) => [hash, sizeBytes])).toEqual(
      texts.map((text) => [sha256(text), text.length]).sort(),
    );
  });

  it('takes what is put again for new, so that no collector takes it for old', async () => {
    const { hash } = await put('hello');
    const first = (await blobs.stat(hash))!.storedAt.getTime();
    // The clock of a store may tell whole seconds only.
    await eventually(async () => {
      await put('hello');
      expect((await blobs.stat(hash))!.storedAt.getTime()).toBeGreaterThan(first);
    });
  });
}
