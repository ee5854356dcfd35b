import { open, rename, stat, type FileHandle } from 'node:fs/promises';
import { ownLikeFolder } from './files.js';

/** Longer than this at a start, the log becomes `postgres.log.1` (the one before is dropped) and a new one begins. */
const LONGEST_LOG_BYTES = 4 * 1024 * 1024;

/** Opens the server's log for appending. @returns the handle, and where this start's lines begin. */
export async function openLog(path: string): Promise<{ handle: FileHandle; from: number }> {
  const size = await sizeOf(path);
  if (size > LONGEST_LOG_BYTES) await rename(path, `${path}.1`);
  const handle = await open(path, 'a', 0o600);
  await ownLikeFolder(path);
  return { handle, from: (await handle.stat()).size };
}

/** What was logged since `from`, at most the last 64 KiB of it. */
export async function logSince(path: string, from: number): Promise<string> {
  const size = await sizeOf(path);
  const start = Math.max(from, size - 65_536);
  const handle = await open(path, 'r');
  try {
    const buffer = Buffer.alloc(Math.max(0, size - start));
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, start);
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await handle.close();
  }
}

/** The line that says best why a program failed: the last FATAL, PANIC or error, or else the last one; without its time stamp. */
export function tellingLine(output: string): string {
  const lines = output.split('\n').filter((line) => line.trim() !== '');
  const telling = lines.findLast((line) => /\b(FATAL|PANIC|error):/.test(line)) ?? lines.at(-1) ?? 'no output';
  return telling.replace(/^[\d-]+ [\d:.]+ \w+ \[\d+\] /, '').trim();
}

async function sizeOf(path: string): Promise<number> {
  return stat(path).then(
    (found) => found.size,
    () => 0,
  );
}
