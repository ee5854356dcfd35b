import { execFileSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readPackageFile } from '../../src/registry/package-file/read-package-file.js';
import { readPackage } from '../../src/registry/package-file/read-package.js';
import { tarGz } from '../kit/tar-file.js';
import { webcFile, webcParts, type Tree } from '../kit/webc-file.js';

const folder = mkdtempSync(join(tmpdir(), 'waybill-read-package-'));
afterAll(() => rmSync(folder, { recursive: true }));

const written = (name: string, content: Buffer): string => {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
};
const real = (name: string): string => join(import.meta.dirname, name);

it('reads a file by its path or its number, as it is read without a thread', async () => {
  const good = webcFile(webcParts({ volumes: { '/public': { 'index.html': 'hi' } } }));
  const path = written('good.webc', good);
  expect(await readPackageFile(path)).toEqual(await readPackage(good));
  const fd = openSync(path, 'r');
  expect(await readPackageFile(fd)).toEqual(await readPackage(good));
  closeSync(fd);
  expect((await readPackageFile(real('hello-gnu.tar.gz'))).name).toBe('ada/hello');
});

it('refuses with the same refusal as without a thread', async () => {
  const bad = tarGz([{ name: '../etc/passwd' }]);
  const refusal = await readPackage(bad).catch((error: unknown) => error);
  const refused = await readPackageFile(written('bad.tar.gz', bad)).catch((error: unknown) => error);
  expect(refused).toEqual(refusal);
  expect(refused).toMatchObject({
    code: 'PACKAGE_PATH_INVALID',
    details: { rule: 'path-part', path: '../etc/passwd' },
  });
});

it('tells what is no file from what is a wrong one', async () => {
  await expect(readPackageFile(join(folder, 'none'))).rejects.toMatchObject({ code: 'ENOENT' });
  await expect(readPackageFile(folder)).rejects.toMatchObject({ details: { rule: 'regular-file' } });
  await expect(readPackageFile('/dev/zero')).rejects.toMatchObject({ details: { rule: 'regular-file' } });
  const fifo = join(folder, 'fifo');
  execFileSync('mkfifo', [fifo]);
  await expect(readPackageFile(fifo)).rejects.toMatchObject({ details: { rule: 'regular-file' } });
});

it('refuses a file that is too large before it reads any of it', async () => {
  const path = written('large', Buffer.from('no package'));
  await expect(readPackageFile(path, { fileBytes: 9 })).rejects.toMatchObject({
    details: { limit: 'fileBytes', max: 9 },
  });
});

it('timeMs: gives up on a file that takes too long, and the next one is read', async () => {
  const slow = written('slow.tar.gz', tarGz([{ name: 'zeros', content: Buffer.alloc(60 * 1024 * 1024) }]));
  await expect(readPackageFile(slow, { timeMs: 1 })).rejects.toMatchObject({
    code: 'PACKAGE_LIMIT_EXCEEDED',
    details: { limit: 'timeMs', max: 1 },
  });
  expect((await readPackageFile(real('hello-v3.webc'))).format).toBe('webc-v3');
});

it('heapMib: gives up on a file that takes too much memory, and the process goes on', async () => {
  const many: Tree = Object.fromEntries(Array.from({ length: 20_000 }, (_, index) => [`file-${index}`, '']));
  const path = written('many.webc', webcFile(webcParts({ volumes: { '/public': many } })));
  await expect(readPackageFile(path, { heapMib: 8 })).rejects.toMatchObject({
    code: 'PACKAGE_LIMIT_EXCEEDED',
    details: { limit: 'heapMib', max: 8 },
  });
  const { volumes } = await readPackageFile(path);
  expect(volumes[0]!.entries).toHaveLength(20_000);
});

it('does not hold up the process that asked', async () => {
  // Of a webc everything is read in one go: were it done here, nothing else would have its turn.
  const large: Tree = Object.fromEntries(Array.from({ length: 20_000 }, (_, index) => [`file-${index}`, `${index}`]));
  const path = written('large.webc', webcFile(webcParts({ volumes: { '/public': large } })));
  let turns = 0;
  let isReading = true;
  const count = () => {
    turns += 1;
    if (isReading) setImmediate(count);
  };
  const reading = readPackageFile(path);
  count();
  await reading;
  isReading = false;
  expect(turns).toBeGreaterThan(20); // to open a file, ask for its size and start a thread takes three
});

it('reads many at once, each in its turn', async () => {
  const paths = Array.from({ length: 12 }, (_, index) => real(index % 2 ? 'hello-v2.webc' : 'hello-pax.tar.gz'));
  const files = await Promise.all(paths.map((path) => readPackageFile(path)));
  expect(files.map(({ format }) => format)).toEqual(
    paths.map((path) => (path.endsWith('webc') ? 'webc-v2' : 'tar.gz')),
  );
});
