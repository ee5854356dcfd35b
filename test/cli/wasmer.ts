import { spawn, spawnSync } from 'node:child_process';
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';

export type CliResult = { code: number | null; output: string };

/** A `wasmer` with a configuration and a cache of its own, so that nothing of earlier runs or of the developer is seen. */
export type WasmerCli = {
  run(...args: string[]): Promise<CliResult>;
  /** As at a terminal, for commands that ask: `answers` is typed. */
  ask(answers: string, ...args: string[]): Promise<CliResult>;
  /** Starts a command that waits for something. `output()` is what it printed so far. */
  start(...args: string[]): { output(): string; exited: Promise<CliResult> };
  remove(): void;
};

/**
 * @param registry the GraphQL address; the client looks tokens up by exactly this text.
 * @throws Error when there is no `wasmer`, with how to get one.
 */
export function wasmerCli(registry: string): WasmerCli {
  const program = wasmerProgram();
  const home = mkdtempSync(join(tmpdir(), 'waybill-wasmer-'));
  // Whatever opens a browser on this machine: the tests open the address themselves.
  const browser = join(home, 'browser');
  writeFileSync(browser, '#!/bin/sh\n', { mode: 0o755 });
  const env = {
    ...process.env,
    WASMER_DIR: home,
    WASMER_CACHE_DIR: join(home, 'cache'),
    WASMER_REGISTRY: registry,
    WASMER_TOKEN: undefined,
    BROWSER: browser,
  };
  const begin = (command: string, args: string[], shown: string, input?: string) => {
    const child = spawn(command, args, { env, cwd: home, stdio: 'pipe' });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (data: Buffer) => (output += String(data)));
    child.stdin.end(input);
    const exited = new Promise<CliResult>((resolve, reject) => {
      child.on('error', reject);
      child.on('close', (code) => {
        const result = { code, output: stripVTControlCharacters(output) };
        writeTranscript(shown, result);
        resolve(result);
      });
    });
    return { output: () => stripVTControlCharacters(output), exited };
  };
  const start = (...args: string[]) => begin(program, args, args.join(' '));
  return {
    start,
    run: (...args) => start(...args).exited,
    ask: (answers, ...args) => {
      const line = [program, ...args].map((word) => `'${word}'`).join(' ');
      return begin('script', ['-qec', line, '/dev/null'], args.join(' '), answers).exited;
    },
    remove: () => rmSync(home, { recursive: true, force: true }),
  };
}

/** The same, logged in with a token as a person does it. */
export async function loggedIn(registry: string, token: string): Promise<WasmerCli> {
  const wasmer = wasmerCli(registry);
  const { code, output } = await wasmer.run('login', token);
  if (code !== 0) throw new Error(`Login failed:\n${output}`);
  return wasmer;
}

export function wasmerProgram(): string {
  const program = process.env.WASMER_BIN ?? 'wasmer';
  if (spawnSync(program, ['--version']).status === 0) return program;
  throw new Error(
    `There is no ${program}. Put one into PATH or name it with WASMER_BIN; test/cli/README.md says how to get it.`,
  );
}

/** Tokens are not written down, nor where temporary folders are. */
function writeTranscript(command: string, { code, output }: CliResult): void {
  const file = process.env.WASMER_TRANSCRIPT;
  if (!file) return;
  const text = `$ wasmer ${command}\n${output.trimEnd()}${code === 0 ? '' : `\n[exit code ${code}]`}\n\n`;
  const folders = text.replaceAll(`${tmpdir()}/`, '');
  appendFileSync(file, folders.replaceAll(/\b(wb[a-z])_[0-9A-Za-z]{36}\b/g, '$1_…'));
}
