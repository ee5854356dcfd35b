import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { startServer } from '../kit/server.js';

it('ends with a clear line when its embedded database is killed', async () => {
  const server = await startServer();
  const pidFile = join(server.dataDir, 'postgres', 'postmaster.pid');
  process.kill(Number(readFileSync(pidFile, 'utf8').split('\n')[0]), 'SIGKILL');
  expect(await server.exited).toMatchObject({ code: 1 });
  expect(server.output()).toContain('the embedded database has ended by itself');
});
