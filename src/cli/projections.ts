import type { Command } from 'commander';
import {
  dropProjection,
  findDefinition,
  listParked,
  pause,
  resume,
  retryParked,
  skipEvent,
} from '../core/projection/operate.js';
import { createTables } from '../core/projection/ddl.js';
import { verifyProjection, type VerifyOptions } from '../core/projection/verify.js';
import { silos } from '../silos.js';
import { CommandFailure, exitCodes } from './exit.js';
import { note, print, printJson, printRows, progressBar, type OutputOptions } from './output.js';
import { addStatusCommand } from './projections-status.js';
import { addRebuildCommands } from './projections-rebuild.js';
import { withSession, type Session } from './session.js';

export function addProjectionCommands(program: Command): void {
  const projections = program.command('projections').description('look at read models and reactors and mend them');

  addStatusCommand(projections);

  projections
    .command('parked')
    .description('streams whose event could not be applied')
    .argument('[projection]', 'only of this one, as `status` names it')
    .option('--json', 'print JSON')
    .action((projection: string | undefined, options: OutputOptions) =>
      withSession(async ({ pool }) => {
        if (projection && !findDefinition(silos.definitions, projection)) throw unknown(projection);
        printRows(
          await listParked(pool, projection),
          {
            projection: (row) => row.projection,
            stream: (row) => row.streamId,
            position: (row) => row.position,
            event: (row) => row.eventType,
            attempts: (row) => row.attempts,
            parked: (row) => row.parkedAt,
            error: (row) => row.error.split('\n')[0],
          },
          'No stream is parked.',
          options,
        );
      }),
    );

  projections
    .command('retry')
    .description('fold parked streams anew from their first event; exit code 4 when one stays parked')
    .argument('<projection>')
    .option('--stream <id>', 'only this stream')
    .action((projection: string, options: { stream?: string }) =>
      withSession((session) => retry(session, projection, options.stream)),
    );

  projections
    .command('skip')
    .description('pass over one event for ever, then fold its stream anew')
    .argument('<projection>')
    .argument('<position>', 'position of the event, as `parked` names it')
    .requiredOption('--reason <text>', 'why; kept with the skip')
    .action((projection: string, position: string, options: { reason: string }) =>
      withSession((session) => skip(session, projection, position, options.reason)),
    );

  projections
    .command('pause')
    .description('stop applying events; the log goes on')
    .argument('<projection>')
    .requiredOption('--reason <text>', 'why; shown by status')
    .action((projection: string, options: { reason: string }) =>
      withSession(async ({ pool }) => {
        if (!(await pause(pool, projection, options.reason))) throw unknown(projection);
        print(`${projection} is paused.`);
      }),
    );

  projections
    .command('resume')
    .description('go on where it stopped')
    .argument('<projection>')
    .action((projection: string) =>
      withSession(async ({ pool }) => {
        if (!(await resume(pool, projection))) throw unknown(projection);
        print(`${projection} runs.`);
      }),
    );

  projections
    .command('drop')
    .description('remove the read table of a version that no program runs any more')
    .argument('<projection>')
    .requiredOption('--yes', 'the table is gone; the log is not touched')
    .action((projection: string) => withSession((session) => drop(session, projection)));

  projections
    .command('verify')
    .description(
      'build the read model anew from the log beside the live one and compare row by row; exit code 4 on a difference',
    )
    .argument('[projection]', 'default: all of this program')
    .option('--json', 'print JSON')
    .action((projection: string | undefined, options: OutputOptions) =>
      withSession((session) => verify(session, projection, options)),
    );

  addRebuildCommands(projections);
}

async function retry({ pool, core }: Session, name: string, streamId?: string): Promise<void> {
  const definition = findDefinition(silos.definitions, name);
  if (!definition) throw unknown(name);
  const parked = (await listParked(pool, name)).filter((row) => !streamId || row.streamId === streamId);
  if (parked.length === 0) throw new CommandFailure('No such stream is parked.', exitCodes.notFound);
  let failed = 0;
  for (const row of parked) {
    const reason = await retryParked(pool, definition, row.streamId, (stream, upTo) => core.readStream(stream, upTo));
    if (reason) failed++;
    print(`${row.streamId}: ${reason ? `still parked: ${reason.split('\n')[0]}` : 'applied'}`);
  }
  if (failed > 0) process.exitCode = exitCodes.findings;
}

async function skip(session: Session, name: string, text: string, reason: string): Promise<void> {
  const position = Number(text);
  if (!Number.isSafeInteger(position) || position < 1)
    throw new CommandFailure(`${text} is no position.`, exitCodes.usage);
  const parked = (await listParked(session.pool, name)).find((row) => row.position === position);
  if (!parked) throw new CommandFailure(`No stream of ${name} is parked at position ${position}.`, exitCodes.notFound);
  await skipEvent(session.pool, name, position, reason, 'operator');
  await retry(session, name, parked.streamId);
}

async function verify({ url, core, pool }: Session, name: string | undefined, options: OutputOptions): Promise<void> {
  const definitions = silos.definitions.filter(({ versionedName }) => !name || versionedName === name);
  if (definitions.length === 0) throw unknown(name!);
  // A log that was just imported has no tables yet.
  await createTables(pool, definitions);
  const reports = [];
  for (const definition of definitions) {
    const isReactor = definition.kind === 'reactor';
    if (!options.json)
      note(
        isReactor
          ? `${definition.name} is a reactor: it keeps nothing that could be compared.`
          : `Verifying ${definition.versionedName} …`,
      );
    if (isReactor) continue;
    reports.push(await verifyProjection(url, core.readPartition, definition, told(definition.versionedName, options)));
  }
  if (options.json) printJson(reports);
  for (const report of options.json ? [] : reports) {
    print(
      `${report.projection}: ${report.rows} rows, ${report.events} events, ${report.differences.length} differences`,
    );
    for (const difference of report.differences.slice(0, 20)) print(`  ${difference.kind} ${difference.id}`);
  }
  if (reports.some((report) => report.differences.length > 0)) process.exitCode = exitCodes.findings;
}

/** A bar on a terminal, and why it takes longer. */
function told(projection: string, { json }: OutputOptions): VerifyOptions {
  if (json) return {};
  let bar: (done: number) => void = () => undefined;
  return {
    onStart: (events) => void (bar = progressBar(projection, events)),
    onEvents: (done) => bar(done),
    onDoubt: (count) => note(`${count} rows differ; comparing again when all that was written meanwhile is applied …`),
  };
}

async function drop({ pool }: Session, name: string): Promise<void> {
  if (findDefinition(silos.definitions, name)) {
    throw new CommandFailure(`${name} belongs to this program; only older or foreign ones are dropped.`);
  }
  const result = await dropProjection(pool, name);
  if (result === 'unknown') throw unknown(name);
  if (result === 'running') throw new CommandFailure(`A running process uses ${name}. Stop it first.`);
  print(`${name} is dropped.`);
}

const unknown = (projection: string): CommandFailure =>
  new CommandFailure(`There is no projection ${projection}; \`projections status\` lists them.`, exitCodes.notFound);
