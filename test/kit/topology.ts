import { generateRingKey } from '../../src/core/crypto/key-ring.js';
import { makeDataFolder, removeDataFolder } from './data-folder.js';
import { eventually } from './eventually.js';
import { metric } from './probes.js';
import { register } from './register.js';
import { startLoad, type Load, type LoadOptions } from './load.js';
import { mixture } from './mutations.js';
import { select } from './select.js';
import { serverEnvironment, startServer, type TestServer } from './server.js';

/** A service of several processes of the built program on one database, each with its roles. */
export type Topology = {
  database: { url: string };
  /** Settings that all processes have, also for commands beside them. */
  env: Record<string, string>;
  /** @throws Error when the process does not run */
  process(name: string): TestServer;
  /** Those that run, frozen ones included, and without those that ended by themselves. */
  names(): string[];
  /** Starts one that was killed. Resolves when it is ready. */
  start(name: string): Promise<void>;
  /** As Ctrl-C does. @throws Error with what it wrote last when it has not ended after half a minute, with code 0 */
  end(name: string): Promise<void>;
  /** `kill -9`. */
  kill(name: string): Promise<void>;
  /** SIGSTOP: its connections stay open, and it does nothing. */
  freeze(name: string): void;
  thaw(name: string): void;
  /** Events that the running projectors have applied since they started, by where they came from. */
  applied(): Promise<{ store: number; kafka: number }>;
  /** Mutations of all kinds by an account of its own unless a token is given, sent to the process `api`, and sent again until they are answered. */
  startLoad(prefix: string, options?: Partial<LoadOptions>): Promise<Load>;
  /** Ends all, in order. */
  stop(): Promise<void>;
};

/** Every role by itself, those twice of which one takes over from the other. */
export const separateRoles = {
  api: 'api',
  'projector-1': 'projector',
  'projector-2': 'projector',
  'relay-1': 'relay',
  'relay-2': 'relay',
  worker: 'worker',
};

/**
 * @param roles name of each process → what goes into --roles
 * @param env settings of all processes
 */
export async function startTopology(
  database: { url: string },
  roles: Record<string, string>,
  env: Record<string, string> = {},
): Promise<Topology> {
  const dataDir = makeDataFolder();
  const all = {
    ...serverEnvironment(dataDir, database),
    WAYBILL_KEYS: generateRingKey(),
    // A load registers more accounts than limits on tries let pass.
    WAYBILL_LIMIT_FACTOR: '0',
    ...env,
  };
  const running = new Map<string, TestServer>();
  const process = (name: string) => {
    const server = running.get(name);
    if (!server) throw new Error(`The process ${name} does not run.`);
    return server;
  };
  const start = async (name: string) => {
    const server = await startServer({ database, dataDir, roles: roles[name], env: all });
    running.set(name, server);
    void server.exited.then(() => running.get(name) === server && running.delete(name));
  };
  const end = (name: string) => {
    const server = process(name);
    running.delete(name);
    return inOrder(name, server);
  };
  const stop = async () => {
    for (const server of running.values()) signal(server, 'SIGCONT');
    const ends = await Promise.allSettled([...running.keys()].map(end));
    await removeDataFolder(dataDir);
    for (const each of ends) if (each.status === 'rejected') throw each.reason;
  };
  try {
    await Promise.all(Object.keys(roles).map(start));
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    database,
    env: all,
    process,
    names: () => [...running.keys()],
    start,
    end,
    kill: async (name) => {
      const server = process(name);
      // First, so that whoever asks meanwhile is not sent to a dying one.
      running.delete(name);
      await server.kill();
    },
    applied: async () => {
      const count = async (source: string) => {
        const each = [...running.values()].map((server) =>
          metric(server, 'waybill_projection_events_total', `source="${source}"`),
        );
        return (await Promise.all(each)).reduce((sum, events) => sum + events, 0);
      };
      return { store: await count('store'), kafka: await count('kafka') };
    },
    freeze: (name) => signal(process(name), 'SIGSTOP'),
    thaw: (name) => signal(process(name), 'SIGCONT'),
    startLoad: async (prefix, options) => {
      const token = options?.token ?? (await register(process('api'), `${prefix}-load`));
      const address = { last: process('api').graphqlUrl };
      // While the API is down, clients go on to ask where it was.
      const graphqlUrl = () => (address.last = running.get('api')?.graphqlUrl ?? address.last);
      return startLoad({ graphqlUrl, token, prefix, kinds: mixture, repeats: true, pauseMs, ...options });
    },
    stop,
  };
}

function signal(server: TestServer, name: NodeJS.Signals): void {
  try {
    globalThis.process.kill(server.pid, name);
  } catch {
    // It has ended.
  }
}

/** Steady work beside the faults, and processor time left for the other tests while leases run out. */
const pauseMs = 30;

const endPatienceMs = 30_000;

async function inOrder(name: string, server: TestServer): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const patience = new Promise<null>((resolve) => (timer = setTimeout(() => resolve(null), endPatienceMs)));
  const exit = await Promise.race([server.stop(), patience]);
  clearTimeout(timer);
  if (exit?.code === 0) return;
  await server.kill();
  const how = exit ? `ended with ${JSON.stringify(exit)}` : 'does not end';
  throw new Error(`The process ${name} ${how}. It wrote last:\n${server.output().slice(-4_000)}`);
}

/** Waits until the others do not count with this process any more: its lease has run out, and its partitions are theirs. */
export function isForgotten(url: string, { pid }: TestServer): Promise<void> {
  return eventually(async () => {
    const rows = await select(url, 'SELECT name FROM store.processes WHERE name LIKE $1', [`%:${pid}`]);
    if (rows.length > 0) throw new Error(`The process ${pid} is still taken for alive.`);
  });
}
