import 'reflect-metadata';
import { Command, Option } from 'commander';
import packageJson from '../package.json' with { type: 'json' };
import { addBackupCommands } from './cli/backup/backup.js';
import { addBlobCommands } from './cli/blobs.js';
import { addEventCommands } from './cli/events.js';
import { exitCodes, reportFailure } from './cli/exit.js';
import { addJobCommands } from './cli/jobs.js';
import { addKeyCommands } from './cli/keys.js';
import { addMailCommands } from './cli/mail.js';
import { addMigrateCommand } from './cli/migrate.js';
import { addPackageCommands } from './cli/package.js';
import { addProjectionCommands } from './cli/projections.js';
import { allRoles, parseRoles, roles, type Role } from './cli/serve/roles.js';
import { addSeedCommand } from './cli/seed.js';
import { addUserCommands } from './cli/users.js';
import { settings } from './core/config/settings.js';

/** One binary, roles by argument. */
const program = new Command('waybill')
  .description('A self-hosted, event-sourced backend for WebAssembly packages and apps.')
  .version(packageJson.version)
  .showHelpAfterError('(--help lists what there is)')
  .exitOverride()
  .addHelpText('after', () => `\nSettings, all by environment:\n${settingsHelp()}\n\nExit codes: ${exitCodeHelp()}`);

program
  .command('serve')
  .description('run the service, or parts of it, and the embedded database unless DATABASE_URL names another')
  .addOption(new Option('--roles <list>', 'what this process does').argParser(parseRoles).default(allRoles, 'all'))
  .addHelpText('after', () => `\nRoles, several separated by commas:\n${table(roles)}`)
  .action(async ({ roles: wanted }: { roles: Role[] }) => {
    // Loaded for the server alone; other commands start without it.
    const { serve } = await import('./cli/serve/serve.js');
    await serve(wanted);
  });
addMigrateCommand(program);
addProjectionCommands(program);
addEventCommands(program);
addJobCommands(program);
addMailCommands(program);
addUserCommands(program);
addKeyCommands(program);
addPackageCommands(program);
addBlobCommands(program);
addBackupCommands(program);
addSeedCommand(program);

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = isUsage(error) ? error.exitCode && exitCodes.usage : reportFailure(error);
  // A client of a library that still tries to connect would keep the process alive.
  process.exit();
}

/** Commander has already said what is wrong, or printed the help that was asked for (exit code 0). */
function isUsage(error: unknown): error is { exitCode: number } {
  return error instanceof Error && String((error as { code?: unknown }).code).startsWith('commander.');
}

function settingsHelp(): string {
  const lines = Object.entries(settings).map(([name, { doc, default: standard }]) => [
    name,
    `${doc}${standard ? ` Default: ${standard}.` : ''}`,
  ]);
  return table(Object.fromEntries(lines));
}

function table(meanings: Record<string, string>): string {
  const width = Math.max(...Object.keys(meanings).map((name) => name.length)) + 2;
  return Object.entries(meanings)
    .map(([name, meaning]) => `  ${name.padEnd(width)}${meaning}`)
    .join('\n');
}

function exitCodeHelp(): string {
  const { ok, failed, usage, notFound, findings } = exitCodes;
  return `${ok} done, ${failed} failed, ${usage} wrong usage or settings, ${notFound} not found, ${findings} done with findings.`;
}
