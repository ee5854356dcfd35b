import { mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exists } from './files.js';
import { isServerOf, livePostmaster, parsePostmasterPid } from './postmaster-pid.js';

const written = (pid: number, status = 'ready') =>
  `${pid}\n/data/postgres\n1764000000\n5433\n\n127.0.0.1\n  1234567   98304\n${status}   \n`;

describe('the pid file of a server', () => {
  it('is read when whole, and is nothing while it is being written', () => {
    expect(parsePostmasterPid(written(77))).toEqual({ pid: 77, startedAt: 1764000000000, port: 5433, ready: true });
    expect(parsePostmasterPid(written(77, 'starting'))!.ready).toBe(false);
    expect(parsePostmasterPid('77\n/data')!.ready).toBe(false);
    expect(parsePostmasterPid('')).toBeUndefined();
    expect(parsePostmasterPid('-77\n')).toBeUndefined();
  });

  it('names a live server only by its folder, and by its start time where that is not sure', () => {
    const file = parsePostmasterPid(written(77))!;
    const info = {
      pid: 77,
      startedAt: file.startedAt - 900,
      command: 'postgres -D /data/postgres -c port=5433',
      folder: '/data/postgres',
    };
    expect(isServerOf('/data/postgres', file, info)).toBe(true);
    expect(isServerOf('/data/postgres', file, { ...info, startedAt: 0 })).toBe(true); // the clock was set
    expect(isServerOf('/data/postgres', file, { ...info, command: 'postgres' })).toBe(true);
    expect(isServerOf('/data/postgres', file, { ...info, command: 'vi PG_VERSION', startedAt: 0 })).toBe(false);
    expect(isServerOf('/data/postgres', file, { ...info, folder: '/other' })).toBe(false);
    expect(isServerOf('/data/postgres', file, { ...info, folder: undefined })).toBe(true);
    expect(
      isServerOf('/data/postgres', file, { ...info, folder: undefined, command: 'postgres -D /data/postgres2' }),
    ).toBe(false);
  });

  describe('on disk', () => {
    let cluster: string;
    beforeEach(async () => {
      cluster = await realpath(await mkdtemp(join(tmpdir(), 'waybill-pid-')));
    });
    afterEach(() => rm(cluster, { recursive: true }));
    const pidFile = () => join(cluster, 'postmaster.pid');

    it('loses its number, and keeps its shared memory key, when the number belongs to another program', async () => {
      await writeFile(pidFile(), written(process.pid));
      expect(await livePostmaster(cluster, { repair: false })).toBeUndefined();
      expect(await readFile(pidFile(), 'utf8')).toBe(written(process.pid));
      expect(await livePostmaster(cluster)).toBeUndefined();
      expect(await readFile(pidFile(), 'utf8')).toBe(written(2147483647));
    });

    it('is removed when empty, for Postgres would refuse it', async () => {
      await writeFile(pidFile(), '');
      expect(await livePostmaster(cluster)).toBeUndefined();
      expect(await exists(pidFile())).toBe(false);
    });
  });
});
