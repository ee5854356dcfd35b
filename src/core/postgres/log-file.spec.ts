import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { logSince, openLog, tellingLine } from './log-file.js';

describe('the log of the server', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'waybill-log-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('is continued while short and set aside when long', async () => {
    const path = join(folder, 'postgres.log');
    await writeFile(path, 'old line\n');
    const first = await openLog(path);
    await first.handle.write('new line\n');
    await first.handle.close();
    expect(await logSince(path, first.from)).toBe('new line\n');

    await writeFile(path, 'x'.repeat(5 * 1024 * 1024));
    const second = await openLog(path);
    await second.handle.close();
    expect(second.from).toBe(0);
    expect((await stat(`${path}.1`)).size).toBe(5 * 1024 * 1024);
  });

  it('tells a failure by its last FATAL line, without the time stamp', () => {
    const output =
      '2026-11-25 01:07:57.810 UTC [1] LOG:  starting\n2026-11-25 01:07:57.811 UTC [1] FATAL:  no room\n2026-11-25 01:07:57.812 UTC [1] LOG:  down\n';
    expect(tellingLine(output)).toBe('FATAL:  no room');
    expect(tellingLine('initdb: error: bad\nhint\n')).toBe('initdb: error: bad');
    expect(tellingLine('')).toBe('no output');
  });
});
