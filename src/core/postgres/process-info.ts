import { execFile } from 'node:child_process';
import { readFile, readlink } from 'node:fs/promises';
import { promisify } from 'node:util';

export type ProcessInfo = {
  pid: number;
  /** Milliseconds since the epoch; exact to about a second. */
  startedAt: number;
  command: string;
  /** Working directory, where the system tells (Linux, own processes). */
  folder?: string;
};

/** Facts about a running process, or undefined when there is none. A zombie counts as gone: it holds no file and no port. */
export async function processInfo(pid: number): Promise<ProcessInfo | undefined> {
  return process.platform === 'linux' ? fromProc(pid) : fromPs(pid);
}

/** Clock ticks per second in /proc: USER_HZ, which is 100 on every platform that Linux shows to user space. */
const TICKS_PER_SECOND = 100;

async function fromProc(pid: number): Promise<ProcessInfo | undefined> {
  const stat = await readOrUndefined(`/proc/${pid}/stat`);
  if (stat === undefined) return undefined;
  // The second field, the name, may hold blanks and brackets: count from its end. See proc(5).
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  if (fields[0] === 'Z' || fields[0] === 'X') return undefined;
  const bootedAt = Number(/^btime (\d+)$/m.exec(await readFile('/proc/stat', 'utf8'))?.[1]);
  const command = (await readOrUndefined(`/proc/${pid}/cmdline`)) ?? '';
  return {
    pid,
    startedAt: (bootedAt + Number(fields[19]) / TICKS_PER_SECOND) * 1000,
    command: command.replaceAll('\0', ' ').trim(),
    folder: await readlink(`/proc/${pid}/cwd`).catch(() => undefined),
  };
}

/** The portable way (macOS): `ps` with a fixed locale, so that the start time can be parsed. */
export async function fromPs(pid: number): Promise<ProcessInfo | undefined> {
  try {
    const { stdout } = await promisify(execFile)(
      '/bin/ps',
      ['-ww', '-o', 'stat=', '-o', 'lstart=', '-o', 'command=', '-p', String(pid)],
      { env: { LC_ALL: 'C' } },
    );
    const match = /^\s*(\S+)\s+(\w{3}\s+\w{3}\s+\d+\s+[\d:]{8}\s+\d{4})\s+(.*)$/m.exec(stdout);
    if (!match || match[1]!.startsWith('Z')) return undefined;
    return { pid, startedAt: Date.parse(match[2]!), command: match[3]!.trim() };
  } catch {
    return undefined; // ps exits with 1 when there is no such process.
  }
}

async function readOrUndefined(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch(() => undefined);
}
