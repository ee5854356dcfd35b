import { Option, type Command } from 'commander';
import type pg from 'pg';
import { createPool } from '../core/event-store/pool.js';
import type { Projection } from '../core/projection/definition.js';
import { RebuildRefused } from '../core/projection/rebuild/ports.js';
import {
  cancelRebuild,
  dropOld,
  prepareProjection,
  rebuildProjection,
  rollBack,
  unprepared,
  type RebuildOptions,
  type RebuildPorts,
  type RebuildReport,
} from '../core/projection/rebuild/rebuild.js';
import { hasStandby } from '../core/projection/rebuild/standby.js';
import { readBuild } from '../core/projection/rebuild/build-state.js';
import { silos } from '../silos.js';
import { CommandFailure, exitCodes, Interrupted } from './exit.js';
import { note, print, type OutputOptions } from './output.js';
import { showRebuild } from './rebuild-progress.js';
import { withSession, type Session } from './session.js';

type BuildCommand = OutputOptions & { workers: number; acceptParked?: boolean };

const mostWorkers = 8;

export function addRebuildCommands(projections: Command): void {
  const named = (name: string, description: string) =>
    projections.command(name).description(description).argument('<projection>', 'with or without its version');

  building(named('rebuild', 'build a read model anew beside the live one and let it take its place; "all" for each'))
    .option('--accept-parked', 'swap however many streams are parked')
    .action((name: string, options: BuildCommand) =>
      withRebuilds(options.workers, async (session, ports) => {
        for (const definition of await chosen(ports, name))
          await rebuild(session, ports, definition, options, rebuildProjection);
      }),
    );

  building(
    projections
      .command('prepare')
      .description('build what this program needs and no process runs yet, beside servers of an older version'),
  ).action((options: BuildCommand) =>
    withRebuilds(options.workers, async (session, ports) => {
      const definitions = await unprepared(ports, silos.projections);
      if (definitions.length === 0 && !options.json) print('All read models of this program are there.');
      for (const definition of definitions) await rebuild(session, ports, definition, options, prepareProjection);
    }),
  );

  named('rollback', 'take the table back that the last rebuild replaced').action((name: string) =>
    withRebuilds(1, async ({ interrupted }, ports) => {
      const definition = one(name);
      const { position } = await rollBack(ports, definition, interrupted);
      print(`${definition.versionedName} has its old table again, up to position ${position}; the other one is kept.`);
    }),
  );

  named('drop-old', 'remove the table that the last rebuild replaced; "all" for each').action((name: string) =>
    withRebuilds(1, async (_, ports) => {
      for (const definition of await keeping(ports, name)) {
        await dropOld(ports.pool, definition);
        print(`The old table of ${definition.versionedName} is dropped.`);
      }
    }),
  );

  named('cancel', 'give an unfinished rebuild up, also one that runs, and remove what it built').action(
    (name: string) =>
      withRebuilds(1, async (_, ports) => {
        const definition = one(name);
        if (!(await cancelRebuild(ports.pool, definition)))
          throw new CommandFailure(`No rebuild of ${definition.versionedName} is unfinished.`, exitCodes.notFound);
        print(`The rebuild of ${definition.versionedName} is given up.`);
      }),
  );
}

function building(command: Command): Command {
  return command
    .addOption(
      new Option('--workers <n>', 'parts of the log that are read at the same time').default(1).argParser(workersFrom),
    )
    .option('--json', 'print a line of JSON for each read model, and progress as JSON lines on standard error');
}

function workersFrom(text: string): number {
  const workers = Number(text);
  if (Number.isSafeInteger(workers) && workers >= 1 && workers <= mostWorkers) return workers;
  throw new CommandFailure(`--workers takes a whole number from 1 to ${mostWorkers}.`, exitCodes.usage);
}

async function withRebuilds(
  workers: number,
  work: (session: Session, ports: RebuildPorts) => Promise<void>,
): Promise<void> {
  await withSession(async (session) => {
    const { core, url, interrupted } = session;
    // A reader and a writer per worker, the lock, and one for what comes up beside them. It may wait in a transaction: for a sort of the log.
    const pool = createPool({ url, max: 2 * workers + 2, role: 'read' });
    const ports: RebuildPorts = {
      pool,
      partitions: core.store.partitions,
      safeHead: () => core.watermark.safeHead(),
      readPartition: core.readPartition,
      readStream: core.readStream,
      decode: (stored) => core.codec.decode(core.silos.eventTypes, stored),
    };
    try {
      await work(session, ports);
    } catch (error) {
      if (error instanceof RebuildRefused) throw new CommandFailure(error.message);
      throw interrupted.aborted ? new Interrupted() : error;
    } finally {
      const ended = pool.end();
      if (!interrupted.aborted) await ended;
    }
  });
}

async function rebuild(
  { interrupted }: Session,
  ports: RebuildPorts,
  definition: Projection,
  options: BuildCommand,
  run: (ports: RebuildPorts, definition: Projection, options: RebuildOptions) => Promise<RebuildReport>,
): Promise<void> {
  const stopping = () =>
    note(`Stopping. What is loaded of ${definition.versionedName} is kept: the same command goes on with it.`);
  interrupted.addEventListener('abort', stopping);
  try {
    const { workers, acceptParked } = options;
    const display = showRebuild(definition.versionedName, options);
    const report = await run(ports, definition, {
      workers,
      acceptParked,
      signal: interrupted,
      onProgress: display.progress,
    });
    display.end(report);
  } finally {
    interrupted.removeEventListener('abort', stopping);
  }
}

/** @throws CommandFailure for a name that is unknown, that several have, or that is a reactor's */
function one(name: string): Projection {
  const found = silos.definitions.filter((definition) => [definition.versionedName, definition.name].includes(name));
  const [definition] = found;
  if (!definition)
    throw new CommandFailure(`There is no projection ${name}; \`projections status\` lists them.`, exitCodes.notFound);
  if (found.length > 1)
    throw new CommandFailure(
      `${name} may be ${found.map(({ versionedName }) => versionedName).join(' or ')}.`,
      exitCodes.usage,
    );
  if (definition.kind === 'reactor')
    throw new CommandFailure(
      `${name} is a reactor: it has no table, and what it did is not done again.`,
      exitCodes.usage,
    );
  return definition;
}

/** @throws CommandFailure when an old table stands in the way of any of them: none is then rebuilt */
async function chosen({ pool }: RebuildPorts, name: string): Promise<Projection[]> {
  const definitions = name === 'all' ? silos.projections : [one(name)];
  const kept = await keepingOld(pool, definitions);
  if (kept.length === 0) return definitions;
  const names = kept.map(({ versionedName }) => versionedName).join(', ');
  throw new CommandFailure(
    `The table from before the last rebuild is still kept of ${names}: "projections rollback" takes it back, "projections drop-old" removes it.`,
  );
}

async function keeping({ pool }: RebuildPorts, name: string): Promise<Projection[]> {
  if (name !== 'all') return [one(name)];
  const kept = await keepingOld(pool, silos.projections);
  if (kept.length === 0) print('No old table is kept.');
  return kept;
}

async function keepingOld(pool: pg.Pool, definitions: Projection[]): Promise<Projection[]> {
  const kept: Projection[] = [];
  for (const definition of definitions)
    if ((await hasStandby(pool, definition)) && !(await readBuild(pool, definition))) kept.push(definition);
  return kept;
}
