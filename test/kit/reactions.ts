import { randomUUID } from 'node:crypto';
import type { Silo } from '../../src/core/command/silo.js';
import { createPool } from '../../src/core/event-store/pool.js';
import { createLogger } from '../../src/core/observability/logger.js';
import { job, task, type TaskTools } from '../../src/core/tasks/task.js';
import { reactor } from '../../src/core/reactor/reactor.js';
import { Worker } from '../../src/core/tasks/worker.js';
import { bugs, counterEvents, testing, type CounterEvent } from './counters.js';

export type Note = { counter: string; version: number; by: number };

/** What the task does; a test may put something else here. */
export const work: { run: (note: Note, signal: AbortSignal) => Promise<void> } = { run: async () => undefined };

export const noteRaise = task<Note>({
  name: 'test/note-raise',
  maxAttempts: 3,
  run: (note, { signal }) => work.run(note, signal),
});

const on = {
  'test.counter.raised': (event: any) =>
    event.data.by < 0
      ? null
      : job(noteRaise, { counter: event.streamId, version: event.streamVersion, by: event.data.by }),
  'test.counter.poisoned': () => {
    if (bugs.poison) throw new Error('the reactor does not like this event');
    return null;
  },
};

/** A job for each raise that is not negative. */
export const NoteRaises = reactor<CounterEvent>({ name: 'NoteRaises', from: 'beginning', events: counterEvents, on });
export const NoteLaterRaises = reactor<CounterEvent>({
  name: 'NoteLaterRaises',
  from: 'now',
  events: counterEvents,
  on,
});
/** Two jobs for each raise, in the order of the counter's events. */
export const NoteTwiceInOrder = reactor<CounterEvent>({
  name: 'NoteTwiceInOrder',
  from: 'beginning',
  inOrder: true,
  events: counterEvents,
  on: {
    'test.counter.raised': ({ streamId, streamVersion, data: { by } }) =>
      [by, by + 100].map((each) => job(noteRaise, { counter: streamId, version: streamVersion, by: each })),
  },
});

export const reacting: Silo = { ...testing, reactors: [NoteRaises], tasks: [noteRaise] };

export type TestWorker = { worker: Worker; log: () => string; stop(): Promise<void> };

export type WorkerSettings = { processId?: string; isAlive?: boolean; graceMs?: number };

/** A worker like that of a server. `isAlive: false`: as others see it when its process is dead. */
export async function startWorker(url: string, settings: WorkerSettings = {}): Promise<TestWorker> {
  const { processId = randomUUID(), isAlive = true, graceMs } = settings;
  const pool = createPool({ url, max: 5, role: 'read' });
  if (isAlive) await pool.query(joinProcesses, [processId]);
  const lines: string[] = [];
  const log = createLogger({ logLevel: 'trace', logFormat: 'json' }, { write: (line) => void lines.push(line) });
  const tools = {} as TaskTools;
  const worker = new Worker({ pool, tasks: [noteRaise], tools, processId, log, pollMs: 50, graceMs });
  worker.start();
  const stop = async () => {
    await worker.stop();
    await pool.end();
  };
  return { worker, log: () => lines.join(''), stop };
}

const joinProcesses = `INSERT INTO store.processes (id, name, backend_pid, backend_started_at, projections, expires_at)
  VALUES ($1, 'test', 0, now(), '{}', now() + interval '1 hour')`;
