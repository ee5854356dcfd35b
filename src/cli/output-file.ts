import { createWriteStream, existsSync } from 'node:fs';
import { rename, rm, open } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import { finished } from 'node:stream/promises';
import type { Writable } from 'node:stream';
import { CommandFailure, exitCodes } from './exit.js';

export type Output = {
  stream: Writable;
  /** Gives the file its name, once the stream has ended and all of it is on the disk. */
  keep(): Promise<void>;
  /** Leaves nothing behind. */
  discard(): Promise<void>;
};

/**
 * A file that has its name only when it is whole; `-` is standard output.
 * @throws CommandFailure when there is such a file and `force` is not given, or it cannot be made
 */
export async function openOutput(path: string, force = false): Promise<Output> {
  if (path === '-') return standardOutput();
  if (!force && existsSync(path))
    throw new CommandFailure(`${path} exists already; --force replaces it.`, exitCodes.usage);
  const temporary = `${path}.${randomBytes(6).toString('hex')}.part`;
  const file = await open(temporary, 'wx', 0o600).catch((error: Error) => {
    throw new CommandFailure(`${path} cannot be written: ${error.message}`, exitCodes.usage);
  });
  const stream = createWriteStream(temporary, { fd: file, flush: true });
  return {
    stream,
    keep: () => rename(temporary, path),
    discard: async () => {
      stream.destroy();
      await finished(stream).catch(() => undefined);
      await rm(temporary, { force: true });
    },
  };
}

/** Ending it is the process's business. */
function standardOutput(): Output {
  if (process.stdout.isTTY)
    throw new CommandFailure('A bundle is no text: send it into a file or a pipe.', exitCodes.usage);
  return { stream: process.stdout, keep: async () => undefined, discard: async () => undefined };
}
