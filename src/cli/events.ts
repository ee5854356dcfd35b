import { setTimeout as delay } from 'node:timers/promises';
import type { Command } from 'commander';
import { fenceLog } from '../core/feed/fence.js';
import { reachOf, readLast, readPage } from '../core/feed/store-feed.js';
import { readLogStats } from '../core/event-store/log-stats.js';
import { verifyLog } from '../core/event-store/verify-log.js';
import type { StoredEvent } from '../core/event-store/types.js';
import { addBundleCommands } from './bundles.js';
import { CommandFailure, exitCodes } from './exit.js';
import { print, printFacts, printJson, printRows, progressBar, type OutputOptions } from './output.js';
import { withSession, type Session } from './session.js';

const followPollMs = 250;

type TailOptions = OutputOptions & { lines: string; follow?: boolean; type?: string[] };

/** Events as they stand in the log: sealed values stay sealed, for a screen is no place for them. */
export function addEventCommands(program: Command): void {
  const events = program.command('events').description('look at the log');

  events
    .command('tail')
    .description('the last events, oldest first')
    .option('-n, --lines <count>', 'how many', '20')
    .option('-f, --follow', 'go on with new events until Ctrl-C')
    .option('--type <type...>', 'only these wire types')
    .option('--json', 'print one JSON object a line')
    .action((options: TailOptions) => withSession((session) => tail(session, options)));

  events
    .command('verify')
    .description(
      'check that the log is whole: versions without holes, claims as the events say; exit code 4 on a finding',
    )
    .option('--json', 'print JSON')
    .action((options: OutputOptions) => withSession((session) => verify(session, options)));

  events
    .command('show')
    .description('one event by its position, or all events of a stream by its id')
    .argument('<position-or-stream>')
    .option('--json', 'print JSON')
    .action((what: string, options: OutputOptions) => withSession((session) => show(session, what, options)));

  events
    .command('fence')
    .description(
      'after restoring a backup, with all processes stopped: give the log a new name, so that nothing that was published before is taken for a part of it',
    )
    .requiredOption('--yes', 'Kafka gets a new topic; read models that stand beyond the end of the log are paused')
    .option('--json', 'print JSON')
    .action((options: OutputOptions) => withSession((session) => fence(session, options)));

  events
    .command('stats')
    .description('what the log consists of: counts and bytes by type, the largest streams, the size of the tables')
    .option('--json', 'print JSON')
    .action((options: OutputOptions) => withSession((session) => stats(session, options)));

  addBundleCommands(events);
}

async function fence({ pool }: Session, options: OutputOptions): Promise<void> {
  const result = await fenceLog(pool);
  if (result.kind === 'running')
    throw new CommandFailure(
      `Stop all processes first: ${result.processes.join(', ')} would go on under the old name. Nothing was changed.`,
    );
  const { incarnation, head, paused } = result;
  if (options.json) return printJson({ incarnation, position: head, paused });
  printFacts({ incarnation, position: head }, options);
  for (const name of paused)
    print(`${name} is paused: it has applied events beyond the end of the log; "projections status" says what to do.`);
  if (paused.length === 0) print('No read model stands beyond the end of the log.');
}

async function stats({ pool }: Session, options: OutputOptions): Promise<void> {
  const { types, largestStreams, tables, ...facts } = await readLogStats(pool);
  if (options.json) return printJson({ ...facts, types, largestStreams, tables });
  printFacts(facts, options);
  const size = (row: { bytes: number }) => row.bytes;
  print('');
  printRows(types, { type: (row) => row.type, events: (row) => row.events, bytes: size }, 'No events.', options);
  print('');
  printRows(largestStreams, { stream: (row) => row.streamId, events: (row) => row.events }, 'No streams.', options);
  print('');
  printRows(tables, { table: (row) => row.table, bytes: size }, '', options);
}

async function tail({ core, pool, interrupted }: Session, options: TailOptions): Promise<void> {
  const limit = Number(options.lines);
  if (!Number.isSafeInteger(limit) || limit < 0 || limit > 10_000) {
    throw new CommandFailure('--lines takes a whole number from 0 to 10000.', exitCodes.usage);
  }
  let head = await core.watermark.safeHead();
  for (const event of await readLast(pool, { upTo: head, types: options.type, limit })) printLine(event, options);
  while (options.follow && !interrupted.aborted) {
    const upTo = await core.watermark.safeHead();
    for (let after = head; after < upTo;) {
      const request = { after, upTo, types: options.type, limit: 500 };
      const page = await readPage(pool, request);
      for (const event of page) printLine(event, options);
      after = reachOf(page, request);
    }
    head = upTo;
    // An interruption ends the pause, and is no failure.
    await delay(followPollMs, undefined, { signal: interrupted }).catch(() => undefined);
  }
}

async function verify({ core, pool }: Session, options: OutputOptions): Promise<void> {
  const bar = progressBar('Verifying', await core.watermark.safeHead());
  const { findings, ...counts } = await verifyLog(pool, bar);
  if (options.json) printJson({ ...counts, findings });
  else {
    print(
      `${counts.events} events in ${counts.streams} streams, ${counts.claims} claims: ${findings.length === 0 ? 'the log is whole' : `${findings.length} findings`}.`,
    );
    for (const finding of findings) print(`  ${finding}`);
  }
  if (findings.length > 0) process.exitCode = exitCodes.findings;
}

async function show({ core, pool }: Session, what: string, options: OutputOptions): Promise<void> {
  if (/^\d+$/.test(what)) {
    const [event] = await readPage(pool, { after: Number(what) - 1, upTo: Number(what), limit: 1 });
    if (!event) throw new CommandFailure(`There is no event at position ${what}.`, exitCodes.notFound);
    return printJson(event);
  }
  const events = await core.store.readStream(what);
  if (events.length === 0) throw new CommandFailure(`There is no stream ${what}.`, exitCodes.notFound);
  printRows(
    events,
    {
      position: (event) => event.position,
      version: (event) => event.streamVersion,
      occurred: (event) => event.occurredAt,
      type: (event) => event.type,
      actor: (event) => actorOf(event),
      data: (event) => shortened(event),
    },
    '',
    options,
  );
}

function printLine(event: StoredEvent, { json }: OutputOptions): void {
  if (json) return print(JSON.stringify(event));
  print(
    `${event.position}  ${event.occurredAt.toISOString()}  ${event.streamId}  ${event.type}  ${actorOf(event)}  ${shortened(event)}`,
  );
}

function actorOf({ metadata: { actor } }: StoredEvent): string {
  if (actor.kind === 'user') return actor.userId;
  return actor.kind === 'system' ? `system:${actor.name}` : 'anonymous';
}

function shortened({ data }: StoredEvent): string {
  const text = JSON.stringify(data, (_, value) =>
    value && typeof value === 'object' && '$sealed' in value ? '(sealed)' : value,
  );
  return text.length > 160 ? `${text.slice(0, 160)}…` : text;
}
