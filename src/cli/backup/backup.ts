import type { Command } from 'commander';
import type { OutputOptions } from '../output.js';
import { withDatabase } from '../session.js';
import { makeBackup, type BackupOptions } from './make.js';
import { restoreBackup } from './restore.js';

export function addBackupCommands(program: Command): void {
  program
    .command('backup')
    .description(
      'write all of this installation into a folder, beside a running server too; docs/BACKUP.md says when to use what',
    )
    .argument('<folder>', 'empty, or not there yet')
    .option('--include-keys', 'also the key ring: whoever has the folder can then read all of it')
    .option('--json', 'print JSON, and progress as JSON lines on standard error')
    .action((folder: string, options: BackupOptions) => withDatabase((opened) => makeBackup(opened, folder, options)));

  program
    .command('restore')
    .description('make a fresh installation of such a folder, before the first start of a server')
    .argument('<folder>')
    .option('--json', 'print JSON, and progress as JSON lines on standard error')
    .action((folder: string, options: OutputOptions) =>
      withDatabase((opened) => restoreBackup(opened, folder, options)),
    );
}
