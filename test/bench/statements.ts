import { setTimeout as delay } from 'node:timers/promises';
import { sqlStatements } from './http-client.js';
import { loadNow } from './machine.js';
import { type Row } from './report.js';
import { operations, serve, type Served } from './served.js';

const TIMES = 20;
const IDLE_MS = 2000;

/** SQL statements that one operation costs, from the server's own counters, less what an idle server sends in the same time. */
export async function measureStatements(): Promise<Row[]> {
  const served = await serve();
  try {
    const idle = await idleRate(served);
    const rows: Row[] = [];
    for (const [operation, variablesOf] of Object.entries(inputs(served))) {
      await variables(served, operation, variablesOf, 2); // prepares the statements
      const perCall = await variables(served, operation, variablesOf, TIMES, idle);
      rows.push({
        part: 'statements',
        point: operation,
        figure: `${perCall.api!.toFixed(1)} SQL statements`,
        beside: `${perCall.projection!.toFixed(1)} of projections`,
        load: loadNow(),
        data: { operation, ...perCall },
      });
    }
    return rows;
  } finally {
    await served.stop();
  }
}

let names = 0;

function inputs({ password }: Served): Record<string, (n: number, id: string) => object> {
  return {
    viewer: () => ({}),
    getNamespace: () => ({ name: 'space-0' }),
    createNamespace: () => ({ input: { name: `space-${names++}` } }),
    updateNamespace: (n, namespaceId) => ({
      input: { namespaceId, description: `described for the ${names++}. time, ${n}` },
    }),
    tokenAuth: () => ({ input: { username: 'operator', password } }),
  };
}

type PerPool = { api?: number; projection?: number };

async function variables(
  { client }: Served,
  operation: string,
  variablesOf: (n: number, id: string) => object,
  times: number,
  idle: PerPool = {},
): Promise<PerPool> {
  const found = await client.send(operations.getNamespace, { name: 'space-0' });
  const id = found.getNamespace?.id ?? '';
  const query = operations[operation as keyof typeof operations];
  const startedAt = performance.now();
  const before = await sqlStatements(client);
  for (let n = 0; n < times; n++) await client.send(query, variablesOf(n, id));
  const after = await sqlStatements(client);
  const elapsed = performance.now() - startedAt;
  const perCall = (pool: 'api' | 'projection') =>
    Math.max(0, (after[pool]! - before[pool]! - (idle[pool] ?? 0) * elapsed) / times);
  return { api: perCall('api'), projection: perCall('projection') };
}

/** Statements per millisecond of a server that nobody asks. */
async function idleRate({ client }: Served): Promise<PerPool> {
  const before = await sqlStatements(client);
  await delay(IDLE_MS);
  const after = await sqlStatements(client);
  return { api: (after.api! - before.api!) / IDLE_MS, projection: (after.projection! - before.projection!) / IDLE_MS };
}
