import type { Command } from 'commander';
import { Refusal } from '../core/errors/refusal.js';
import type { PackageFile } from '../registry/package-file/package-file.js';
import { readPackageFile } from '../registry/package-file/read-package-file.js';
import { CommandFailure, exitCodes } from './exit.js';
import { note, print, printJson, type OutputOptions } from './output.js';
import { packageTree } from './package-tree.js';
import { treeLines } from './tree.js';

/** Works on files alone: no database, no settings. */
export function addPackageCommands(program: Command): void {
  const packages = program.command('package').description('look into package files');

  packages
    .command('inspect')
    .description(
      'what is inside of a webc or a tar.gz, after all the checks that it passes when it is published; exit code 4 when it is refused',
    )
    .argument('<file>')
    .option('--json', 'print JSON')
    .action((path: string, options: OutputOptions) => inspect(path, options));
}

async function inspect(path: string, { json }: OutputOptions): Promise<void> {
  const file = await read(path);
  if (file instanceof Refusal) return reportRefusal(path, file, { json });
  if (json) return printJson(file);
  for (const line of treeLines(packageTree(path, file))) print(line);
}

/** @returns the refusal, too: to find out what is wrong with a file is what the command is for. */
async function read(path: string): Promise<PackageFile | Refusal> {
  try {
    return await readPackageFile(path);
  } catch (error) {
    if (error instanceof Refusal) return error;
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR')
      throw new CommandFailure(`There is no file ${path}.`, exitCodes.notFound);
    if (code === 'EACCES') throw new CommandFailure(`${path} cannot be read: ${message}.`);
    throw error;
  }
}

function reportRefusal(path: string, { code, message, details }: Refusal, { json }: OutputOptions): void {
  if (json) printJson({ refused: { code, message, ...details } });
  else note(`${path} is refused: ${message} (${code}, rule ${details.rule})`);
  process.exitCode = exitCodes.findings;
}
