import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { hidden, readRecording, writeRecording, type Files, type Step } from '../conformance/exchange.js';
import { Placeholders } from '../conformance/placeholders.js';
import { startRecordingProxy, type RecordingProxy } from '../conformance/recording-proxy.js';
import { account, startAccounts, type AccountsServer } from '../e2e/accounts/kit.js';
import { borrowing, printing, projects } from './projects.js';
import { wasmerCli, wasmerProgram, type WasmerCli } from './wasmer.js';

// Records what test/conformance replays, or finds that the program still sends just that: see the README there.
const isRecording = process.env.WAYBILL_RECORD === '1';

let proxy: RecordingProxy;
let server: AccountsServer;
let wasmer: WasmerCli;
let placeholders: Placeholders;
let token: string;
const made = projects();
const steps: Step[] = [];
const files: Files = new Map();

beforeAll(async () => {
  proxy = await startRecordingProxy();
  server = await startAccounts({ WAYBILL_PUBLIC_URL: proxy.url });
  proxy.forwardTo(server.url);
  ({ token } = await account(server, 'ada'));
  placeholders = new Placeholders(proxy.url);
  placeholders.hide(token);
  wasmer = wasmerCli(`${proxy.url}/graphql`);
});
afterAll(async () => {
  wasmer?.remove();
  made.remove();
  await proxy?.close();
  await server?.close();
});

/** Runs a command, whatever comes of it, and keeps what went over the wire. */
async function record(...args: string[]): Promise<string> {
  const { output } = await wasmer.run(...args);
  const exchanges = proxy.taken().map((exchange) => hidden(exchange, placeholders, files));
  const command = args.join(' ').replaceAll(`${made.folder}/`, '').replaceAll(token, '<token>');
  steps.push({ command: `wasmer ${command}`, exchanges });
  return output;
}

const hello = (version: string, line: string) => made.write('hello', printing('ada/hello', version, line));
const publish = (...args: string[]) => record('publish', '--non-interactive', ...args);

it('tells the story that is replayed', async () => {
  await record('login', token);
  await record('whoami');
  await publish(hello('1.0.0', 'one'));
  await publish(hello('1.0.0', 'one'));
  await publish(hello('1.0.0', 'changed'));
  await publish('--bump', hello('1.0.0', 'changed'));
  await publish(made.write('secret', printing('ada/secret', '1.0.0', 'for ada', 'private = true')));
  await publish(made.write('app', borrowing('ada/app', '0.1.0', 'ada/hello', '^1.0')));
  const other = made.write('other', printing('ada/other', '1.0.0', 'other'));
  const pushed = await record('package', 'push', '--namespace', 'ada', other);
  const [hash] = /sha256:[0-9a-f]{64}/.exec(pushed)!;
  await record('package', 'tag', hash, 'ada/other@1.0.0', '--path', other);
  for (const name of ['ada/hello', 'ada/hello@=1.0.0', 'ada/hello@^9', hash]) await record('package', 'get', name);
  const target = join(made.folder, 'downloaded.webc');
  for (const name of ['ada/hello@^1.0', 'ada/secret', hash]) await record('package', 'download', name, '-o', target);
  for (const words of [
    ['hello'],
    ['', '--order-by', 'alphabetically', '--sort', 'asc'],
    ['nothing'],
    ['hello', '--owner', 'ada', '--format', 'json', '--max', '1'],
  ]) {
    await record('package', 'search', ...words);
  }
  await record('package', 'tree', 'ada/app');
  for (const name of ['ada/hello@^1.0', 'ada/app', 'ada/secret', hash, 'ada/nothing']) await record('run', name);
});

it(isRecording ? 'is kept' : 'is the one that is kept', () => {
  const version = spawnSync(wasmerProgram(), ['--version'], { encoding: 'utf8' }).stdout.trim().replace(' ', '-');
  const folder = join(import.meta.dirname, '../conformance', version);
  if (isRecording) writeRecording(folder, steps, files);
  const kept = readRecording(folder);
  expect(steps).toEqual(kept.steps);
  expect([...files.keys()].toSorted()).toEqual([...kept.files.keys()].toSorted());
});
