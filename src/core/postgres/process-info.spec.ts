import { spawn } from 'node:child_process';
import { realpath } from 'node:fs/promises';
import { fromPs, processInfo } from './process-info.js';

describe('facts about a process', () => {
  it('tell when and how this one was started', async () => {
    const startedAt = Date.now() - process.uptime() * 1000;
    for (const info of [await processInfo(process.pid), await fromPs(process.pid)]) {
      expect(Math.abs(info!.startedAt - startedAt)).toBeLessThan(3000);
      expect(info!.command).toContain('node');
    }
    if (process.platform === 'linux')
      expect((await processInfo(process.pid))!.folder).toBe(await realpath(process.cwd()));
  });

  it('are none for a pid that nobody has', async () => {
    const child = spawn(process.execPath, ['-e', '']);
    await new Promise((done) => child.once('close', done));
    expect(await processInfo(child.pid!)).toBeUndefined();
    expect(await fromPs(child.pid!)).toBeUndefined();
  });
});
