import { readdirSync, rmSync } from 'node:fs';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { makeDataFolder } from '../../../../test/kit/data-folder.js';
import { Spool } from './spool.js';

let folder: string;
beforeEach(() => void (folder = makeDataFolder()));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const content = (text: string) => Readable.from([Buffer.from(text)]);

it('keeps a content without a name, readable several times at once, until it is released', async () => {
  const file = await new Spool(folder, 100).store(content('hello'), 10);
  expect(readdirSync(folder)).toEqual([]);
  const texts = await Promise.all([buffer(file.stream()), buffer(file.stream())]);
  expect(texts.map(String)).toEqual(['hello', 'hello']);
  await file.release();
  expect(() => file.stream()).toThrow();
});

it('takes no more at once than there is room, and gives the room back', async () => {
  const spool = new Spool(folder, 10);
  const first = await spool.store(content('1234567'), 10);
  await expect(spool.store(content('1234'), 10)).rejects.toMatchObject({ code: 'TOO_MANY_REQUESTS' });
  const second = await spool.store(content('123'), 10);
  await Promise.all([first.release(), second.release()]);
  await expect(spool.store(content('12345'), 4)).rejects.toMatchObject({ name: 'ContentTooLarge' });
  await (await spool.store(content('1234567890'), 10)).release();
});

it('refuses one of those who fill the room together, not all', async () => {
  const spool = new Spool(folder, 50);
  const pieces = () => Readable.from(Array.from({ length: 20 }, () => Buffer.from('x')));
  const results = await Promise.allSettled([1, 2, 3, 4].map(() => spool.store(pieces(), 20)));
  expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'fulfilled', 'rejected', 'rejected']);
});
