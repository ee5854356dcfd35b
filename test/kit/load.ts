import { Agent } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { eventually } from './eventually.js';
import { mutate, type Actor, type MutationKind } from './mutations.js';

/** One answer that was no success; `reason` as `mutate` says it. */
export type Failure = { mark: string; reason: string };

export type Load = {
  /** Marks of the mutations that were answered with success, in the order of the answers. Of a new namespace the mark is its name. */
  answered: string[];
  /** Every other answer, also one that a repeat made good. */
  failures: Failure[];
  /** Mutations that got no answer at all, repeats included, with the last failure: the log may hold them. */
  unanswered: Failure[];
  /** Ends after the requests under way. Without it a client that does not repeat ends when nobody listens any more. */
  stop(): Promise<void>;
  /** Resolves when every client has ended. */
  ended: Promise<void>;
};

export type LoadOptions = {
  /** Asked before each request, for a server that was started anew has another address. */
  graphqlUrl: () => string;
  token: string;
  /** Begins every mark; the caller chooses another one for each load on a database. */
  prefix: string;
  clients?: number;
  /** How long each client rests after an answer. With 0, the default, the clients take all the processor there is. */
  pauseMs?: number;
  /** What each client does, in turn, over and over. The first one makes a namespace. */
  kinds?: MutationKind[];
  /** Sends what failed again, with the same clientMutationId, until it is answered: as a client does that wants to know. */
  repeats?: boolean;
};

const repeatMs = 20;
/** For how long after `stop` something unanswered is still repeated. */
const patienceMs = 20_000;

/** Clients that send one mutation after the other, over one kept-alive connection each. */
export function startLoad(options: LoadOptions): Load {
  const { clients = 8, pauseMs = 0, kinds = ['namespace'], repeats = false } = options;
  const load: Omit<Load, 'stop' | 'ended'> = { answered: [], failures: [], unanswered: [] };
  let count = 0;
  let stoppedAt = Infinity;
  const isStopped = () => Date.now() >= stoppedAt;
  const mayRepeat = () => repeats && Date.now() < stoppedAt + patienceMs;

  /** @returns the reason of the last try; undefined after success. */
  const send = async (agent: Agent, kind: MutationKind, mark: string, actor: Actor) => {
    for (;;) {
      const reason = await mutate(options.graphqlUrl(), agent, kind, mark, actor);
      if (!reason) load.answered.push(mark);
      else load.failures.push({ mark, reason });
      if (!reason || !mayRepeat()) return reason;
      await delay(repeatMs);
    }
  };
  const client = async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const actor: Actor = { token: options.token, namespaces: [] };
    for (let turn = 0; !isStopped(); turn++) {
      const mark = `${options.prefix}-${++count}`;
      const reason = await send(agent, kinds[turn % kinds.length]!, mark, actor);
      if (reason) load.unanswered.push({ mark, reason });
      if (reason === 'refused') break;
      if (pauseMs > 0) await delay(pauseMs);
    }
    agent.destroy();
  };
  const ended = Promise.all(Array.from({ length: clients }, client)).then(() => undefined);
  const stop = () => {
    stoppedAt = Math.min(stoppedAt, Date.now());
    return ended;
  };
  return { ...load, stop, ended };
}

/** Waits until this many more mutations are answered. */
export function answersMore(load: Load, more: number, timeoutMs = 30_000): Promise<void> {
  const target = load.answered.length + more;
  return eventually(() => {
    if (load.answered.length >= target) return;
    const last = load.failures.at(-1);
    throw new Error(
      `${target - load.answered.length} answers are missing. ${last ? `The last failure: ${last.mark} ${last.reason}.` : ''}`,
    );
  }, timeoutMs);
}
