import { chmod, mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { acquireDataDirLock, type DataDirLock } from './lock.js';
import { StartupError } from './startup-error.js';

describe('the lock of a data folder', () => {
  let root: string;
  let dataDir: string;
  const held: DataDirLock[] = [];
  const acquire = async (folder = dataDir) => {
    const lock = await acquireDataDirLock(folder);
    held.push(lock);
    return lock;
  };

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'waybill-lock-'));
    dataDir = join(root, 'new', 'data');
  });
  afterEach(async () => {
    for (const lock of held.splice(0)) await lock.release();
    await rm(root, { recursive: true });
  });

  it('makes the folder for its owner alone, refuses a second holder by name, and is free when released', async () => {
    const first = await acquire();
    expect((await stat(dataDir)).mode & 0o777).toBe(0o700);
    await expect(acquire()).rejects.toThrow(StartupError);
    await expect(acquire()).rejects.toThrow(`process ${process.pid} on`);
    await first.release();
    await acquire();
  });

  it('goes to one of many that come at the same moment, also when a dead holder is in the way', async () => {
    for (let round = 0; round < 20; round++) {
      const all = await Promise.allSettled(Array.from({ length: 8 }, () => acquire()));
      const winners = all.filter((each) => each.status === 'fulfilled');
      expect(winners).toHaveLength(1);
      for (const each of all) if (each.status === 'rejected') expect(each.reason).toBeInstanceOf(StartupError);
      expect(await readdir(join(dataDir, 'lock'))).toHaveLength(1);
      await winners[0]!.value.release();
    }
  });

  it('is held by a process that listens and does not answer', async () => {
    await mkdir(join(dataDir, 'lock'), { recursive: true });
    const stuck = createServer(() => undefined).listen(join(dataDir, 'lock', '3'));
    await new Promise((done) => stuck.once('listening', done));
    await expect(acquire()).rejects.toThrow('a process that does not answer');
    await new Promise((done) => stuck.close(done));
  });

  it('clears what killed contenders left', async () => {
    await mkdir(join(dataDir, 'lock'), { recursive: true });
    await writeFile(join(dataDir, 'lock', 'new-abc'), '');
    await acquire();
    expect(await readdir(join(dataDir, 'lock'))).toEqual(['1']);
  });

  it('works in a folder whose path is longer than a socket address', async () => {
    const deep = join(root, 'x'.repeat(60), 'y'.repeat(60));
    if (process.platform !== 'linux') return expect(acquire(deep)).rejects.toThrow('too long');
    const first = await acquire(deep);
    await expect(acquire(deep)).rejects.toThrow('Another Waybill');
    await first.release();
    await acquire(deep);
  });

  it('says in one line that a folder cannot be made', async () => {
    await writeFile(join(root, 'file'), '');
    await expect(acquire(join(root, 'file', 'data'))).rejects.toThrow(
      /^The data folder .* cannot be used: a part of the path is not a folder/,
    );
    if (process.getuid?.() === 0) return;
    await chmod(root, 0o500);
    await expect(acquire(join(root, 'data'))).rejects.toThrow('permission denied');
    await chmod(root, 0o700);
  });
});
