// Rebuilds one read model of the generated log in a process of its own, whose memory is then its alone: `<url> <projection> <workers> sql|handlers`.
// Prints what it took as one line of JSON.
import process from 'node:process';
import { generateRingKey, KeyRing } from '../../src/core/crypto/key-ring.js';
import { DataKeys } from '../../src/core/event-store/data-keys.js';
import { EventCodec } from '../../src/core/event-store/event-codec.js';
import { EventStore } from '../../src/core/event-store/event-store.js';
import { createPool } from '../../src/core/event-store/pool.js';
import type { StoredEvent } from '../../src/core/event-store/types.js';
import { reachOf, readPage } from '../../src/core/feed/store-feed.js';
import { Watermark } from '../../src/core/feed/watermark.js';
import { dropOld, rebuildProjection } from '../../src/core/projection/rebuild/rebuild.js';
import { hasStandby } from '../../src/core/projection/rebuild/standby.js';
import { packageEvents } from './package-events.js';
import { packageActivity, packagePages } from './package-projections.js';
import type { Rebuilt } from './rebuild-child.js';

const [url, name, workersText, way] = process.argv.slice(2) as [string, string, string, 'sql' | 'handlers'];
const workers = Number(workersText);
const definition = [packageActivity, packagePages].find(({ versionedName }) => versionedName === name)!;

const pool = createPool({ url, max: 2 * workers + 2, role: 'read' });
const store = await EventStore.open(pool);
const watermark = new Watermark(pool);
// Nothing in these events is sealed, so it opens no key.
const codec = new EventCodec(new DataKeys(pool, new KeyRing([generateRingKey()])));
const decode = (stored: StoredEvent[]) => codec.decode(packageEvents, stored);
if (await hasStandby(pool, definition)) await dropOld(pool, definition);

const [startedAt, used] = [performance.now(), process.cpuUsage()];
const report = await rebuildProjection(
  {
    pool,
    partitions: store.partitions,
    safeHead: () => watermark.safeHead(),
    decode,
    readStream: async (streamId, upToPosition) => decode(await store.readStream(streamId, { upToPosition })),
    readPartition: async ({ partition, ...request }) => {
      const stored = await readPage(pool, { ...request, partitions: [partition] });
      return { events: await decode(stored), reached: reachOf(stored, request) };
    },
  },
  definition,
  { workers, useSql: way === 'sql' },
);
const { user, system } = process.cpuUsage(used);
const rebuilt: Rebuilt = {
  seconds: (performance.now() - startedAt) / 1000,
  events: report.events,
  by: report.by,
  nodeMicros: user + system,
  peakBytes: process.resourceUsage().maxRSS * 1024,
};
process.stdout.write(`${JSON.stringify(rebuilt)}\n`);
await pool.end();
