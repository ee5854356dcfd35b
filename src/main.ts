import 'reflect-metadata';
import { exitCodes, reportFailure } from './cli/exit.js';
import { createProgram } from './cli/program.js';

try {
  await createProgram().parseAsync();
} catch (error) {
  process.exitCode = isUsage(error) ? error.exitCode && exitCodes.usage : reportFailure(error);
  // A client of a library that still tries to connect would keep the process alive.
  process.exit();
}

/** Commander has already said what is wrong, or printed the help that was asked for (exit code 0). */
function isUsage(error: unknown): error is { exitCode: number } {
  return error instanceof Error && String((error as { code?: unknown }).code).startsWith('commander.');
}
