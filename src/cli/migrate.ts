import type { Command } from 'commander';
import { loadConfig } from '../core/config/config.js';
import { migrate } from '../core/runtime/migrate.js';
import { openCommandDatabase } from './database.js';
import { print, printJson, type OutputOptions } from './output.js';

export function addMigrateCommand(program: Command): void {
  program
    .command('migrate')
    .description('bring the database to this version; `serve` does it by itself')
    .option('--json', 'print JSON')
    .action(async ({ json }: OutputOptions) => {
      const database = await openCommandDatabase(loadConfig());
      try {
        const applied = await migrate(database.url);
        if (json) printJson({ applied });
        else print(applied.length === 0 ? 'Nothing to do.' : `Applied: ${applied.join(', ')}`);
      } finally {
        await database.close();
      }
    });
}
