import { Command, Option } from 'commander';
import packageJson from '../../package.json' with { type: 'json' };
import { addBackupCommands } from './backup/backup.js';
import { addBlobCommands } from './blobs.js';
import { addEventCommands } from './events.js';
import { exitCodes } from './exit.js';
import { addJobCommands } from './jobs.js';
import { addKeyCommands } from './keys.js';
import { addMailCommands } from './mail.js';
import { addMigrateCommand } from './migrate.js';
import { addPackageCommands } from './package.js';
import { addProjectionCommands } from './projections.js';
import { allRoles, parseRoles, roles, type Role } from './serve/roles.js';
import { addSeedCommand } from './seed.js';
import { addUserCommands } from './users.js';
import { settings } from '../core/config/settings.js';

/** All commands: one binary, roles by argument. */
export function createProgram(): Command {
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
      const { serve } = await import('./serve/serve.js');
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
  return program;
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
