import { createPool } from '../../src/core/event-store/pool.js';
import { EventStore } from '../../src/core/event-store/event-store.js';
import { createTestDatabase } from '../kit/database.js';
import { openEmmett, peerLoader } from './emmett.js';
import { loadNow, microsOfPostgres } from './machine.js';
import type { BenchOptions } from './options.js';
import { plainAppend, plainSchema } from './plain-append.js';
import { count, type Row } from './report.js';
import { metadata, sample, type Append } from './sample.js';
import { compare, type Compared, type Variant } from './statistics.js';

const allClients = [1, 8, 64];
const allEventCounts = [1, 10, 100];

/** `EventStore.append`, a plain function and emmett's store: the same events, each with a pool of the same size, on the same server. */
export async function measureAppend({ quick, peers }: BenchOptions): Promise<Row[]> {
  const [ours, theirs] = [await createTestDatabase(), await createTestDatabase()];
  const max = Math.max(...allClients);
  const pool = createPool({ url: ours.url, max, role: 'append' });
  const emmett = await openEmmett(theirs.url, max, peerLoader(peers!));
  try {
    await pool.query(plainSchema);
    const appends = {
      waybill: waybillAppend(await EventStore.open(pool)),
      plain: plainAppend(pool),
      emmett: emmett.append,
    };
    const postgresMicros = await microsOfPostgres(pool);
    const rows: Row[] = [];
    for (const events of allEventCounts) {
      for (const clients of allClients) {
        const variants = Object.entries(appends).map(([name, append]) => variant(name, append, clients, events));
        const compared = await compare(variants, {
          ...(quick ? { repeat: 1, roundMs: 60 } : { repeat: 5, roundMs: 500 }),
          postgresMicros,
        });
        rows.push(rowOf(clients, events, compared));
      }
    }
    return rows;
  } finally {
    await emmett.close();
    await pool.end();
    await ours.drop();
    await theirs.drop();
  }
}

function waybillAppend(store: EventStore): Append {
  return (streamId, version, events) =>
    store.append({
      streams: [{ streamId, expected: version, events }],
      metadata,
      occurredAt: new Date(),
    });
}

const STREAMS_PER_CLIENT = 50;
let rounds = 0;

function variant(name: string, append: Append, clients: number, events: number): Variant {
  return {
    name,
    run: async (deadline) => {
      const round = rounds++;
      const client = async (number: number) => {
        let appends = 0;
        for (; performance.now() < deadline; appends++) {
          const streamId = `thing-${round}-${number}-${appends % STREAMS_PER_CLIENT}`;
          await append(streamId, Math.floor(appends / STREAMS_PER_CLIENT) * events, sample(events));
        }
        return appends;
      };
      const counts = await Promise.all(Array.from({ length: clients }, (_, number) => client(number)));
      return counts.reduce((sum, appends) => sum + appends, 0);
    },
  };
}

function rowOf(clients: number, events: number, [waybill, plain, emmett]: Compared[]): Row {
  return {
    part: 'append',
    point: `${clients} ${clients === 1 ? 'client' : 'clients'} × ${events} ${events === 1 ? 'event' : 'events'}`,
    figure: `${count(waybill!.rate)} appends/s`,
    beside: `plain ${count(plain!.rate)} (${plain!.ratio.toFixed(2)}×), emmett ${count(emmett!.rate)} (${emmett!.ratio.toFixed(1)}×); CPU ${[waybill, plain, emmett].map(cpuOf).join(', ')}`,
    aim: '≥ 0.8× plain, ≥ 2× emmett',
    met: plain!.ratio >= 0.8 && emmett!.ratio >= 2,
    load: loadNow(),
    data: { clients, events, appendsPerSecond: waybill!.rate, eventsPerSecond: waybill!.rate * events, plain, emmett },
  };
}

/** Microseconds of the client's and of Postgres's CPU per append. */
function cpuOf(compared: Compared | undefined): string {
  return `${count(compared!.cpu.client)}+${count(compared!.cpu.postgres)} µs`;
}
