import { setTimeout as delay } from 'node:timers/promises';
import type { Silo } from '../../src/core/command/silo.js';
import { generateRingKey, KeyRing } from '../../src/core/crypto/key-ring.js';
import { startInstance } from '../kit/instance.js';

// One for all that starts on the same database.
const ring = new KeyRing([generateRingKey()]);

/**
 * The runner and the feed that the server has, from the first event.
 * @returns seconds and microseconds of CPU from the start of the runner until it has met the head of the log.
 */
export async function catchUp(url: string, silo: Silo, postgresMicros: () => number) {
  const connections = { requests: 10, projections: 6 };
  const instance = await startInstance(url, [silo], { ring, connections, starts: false });
  const [startedAt, node, postgres] = [performance.now(), process.cpuUsage(), postgresMicros()];
  await instance.projector.start();
  while (!instance.projector.runner.caughtUp) await delay(1);
  const used = process.cpuUsage(node);
  // Taken before the connections end: the time of a process that has ended is not seen.
  const taken = {
    seconds: (performance.now() - startedAt) / 1000,
    node: used.user + used.system,
    postgres: postgresMicros() - postgres,
  };
  await instance.stop();
  return taken;
}
