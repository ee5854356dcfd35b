import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

export type Exit = { code: number | null; signal: NodeJS.Signals | null };

/** The built program as a process of its own. */
export type Program = {
  pid: number;
  stdout(): string;
  stderr(): string;
  /** Resolves when the process has ended and all of its output is here. */
  exited: Promise<Exit>;
  /** Sends it a signal and waits for its end. */
  end(signal: NodeJS.Signals): Promise<Exit>;
};

export type ProgramOptions = {
  /** The whole environment beside PATH and the like: a test must not depend on the developer's own settings. */
  env: Record<string, string>;
  cwd?: string;
  /** Leads a process group of its own, as a command in a terminal does: `process.kill(-pid, 'SIGINT')` is then its Ctrl-C. */
  ownGroup?: boolean;
  /** Another program than the product's bundle: what `buildProgram` made, or an entry point in another folder. */
  program?: string;
};

/** Starts `waybill <args>`, as the bundle that test/run.mjs built. */
export function startProgram(
  args: string[],
  { env, cwd, ownGroup = false, program = bundle() }: ProgramOptions,
): Program {
  const child = spawn(process.execPath, [program, ...args], {
    cwd,
    detached: ownGroup,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...inherited(), ...env },
  });
  const stdout = collect(child.stdout as Socket);
  const stderr = collect(child.stderr as Socket);
  // A test that forgets to stop it must not hang jest: test/run.mjs then ends the process and complains.
  for (const handle of [child, child.stdout as Socket, child.stderr as Socket]) handle.unref();
  const forget = noteProcess(child.pid);
  const exited = exitOf(child).finally(forget);
  const end = (signal: NodeJS.Signals) => {
    child.kill(signal);
    return exited;
  };
  return { pid: child.pid!, stdout, stderr, exited, end };
}

/**
 * Bundles a program of a test's own, which adds something to the product's before it runs that.
 * @param name of the bundle, which no other test uses
 * @param entry its source file, as a path from the project's folder
 * @returns where it is, for `program` of startProgram and startServer
 */
export async function buildProgram(name: string, entry: string): Promise<string> {
  const builder = fileURLToPath(new URL('build-program.mjs', import.meta.url));
  await promisify(execFile)(process.execPath, [builder, name, entry]);
  return join(dirname(bundle()), `${name}.mjs`);
}

export type CommandResult = { code: number | null; stdout: string; stderr: string };

/** Runs one command to its end. */
export async function runProgram(args: string[], env: Record<string, string>): Promise<CommandResult> {
  const program = startProgram(args, { env });
  const { code } = await program.exited;
  return { code, stdout: program.stdout(), stderr: program.stderr() };
}

function bundle(): string {
  const path = process.env.WAYBILL_TEST_PROGRAM;
  if (!path)
    throw new Error('WAYBILL_TEST_PROGRAM is not set: run the tests with "npm test" or "node test/run.mjs <pattern>".');
  return path;
}

function inherited(): Record<string, string> {
  const names = ['PATH', 'HOME', 'USER', 'TMPDIR', 'LANG', 'TZ'];
  return Object.fromEntries(names.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])));
}

function collect(stream: Socket): () => string {
  let text = '';
  stream.setEncoding('utf8').on('data', (chunk: string) => void (text += chunk));
  return () => text;
}

/** Leaves the process id for test/run.mjs, so that the process cannot outlive the run even when jest kills the test's worker. */
export function noteProcess(pid: number | undefined): () => void {
  const folder = process.env.WAYBILL_TEST_SERVERS;
  if (!folder || !pid) return () => undefined;
  const file = join(folder, String(pid));
  writeFileSync(file, '');
  return () => rmSync(file, { force: true });
}

function exitOf(child: ChildProcess): Promise<Exit> {
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code, signal }));
  });
}
