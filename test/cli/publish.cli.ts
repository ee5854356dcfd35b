import { account, startAccounts, type AccountsServer, type TestAccount } from '../e2e/accounts/kit.js';
import { printing, projects } from './projects.js';
import { loggedIn, wasmerCli, type WasmerCli } from './wasmer.js';

let server: AccountsServer;
let ada: TestAccount;
let wasmer: WasmerCli;
const made = projects();

beforeAll(async () => {
  server = await startAccounts();
  ada = await account(server, 'ada');
});
beforeEach(async () => void (wasmer = await loggedIn(server.graphqlUrl, ada.token)));
afterEach(() => wasmer.remove());
afterAll(async () => {
  made.remove();
  await server?.close();
});

const write = (version: string, line: string, head?: string) =>
  made.write('hello', printing('ada/hello', version, line, head));
const publish = (...args: string[]) => wasmer.run('publish', '--non-interactive', ...args);
const done = (text: string) => ({ code: 0, output: expect.stringContaining(text) });
const failed = (text: string) => ({ code: 1, output: expect.stringContaining(text) });

const versions = async (): Promise<string[]> => {
  const { data } = await ada.ask('{ getPackage(name: "ada/hello") { versions { version } } }');
  return data.getPackage.versions.map(({ version }: { version: string }) => version);
};

it('publishes a new package, and a next version; waits until it is ready', async () => {
  expect(await publish(write('1.0.0', 'one'))).toMatchObject(done('ada/hello@1.0.0'));
  expect(await publish('--wait=all', write('1.1.0', 'two'))).toMatchObject(done('ada/hello@1.1.0'));
  expect(await wasmer.run('run', 'ada/hello@=1.0.0')).toEqual({ code: 0, output: 'one\n' });
  expect(await wasmer.run('run', 'ada/hello')).toEqual({ code: 0, output: 'two\n' });
});

it('publishes the same again, which changes nothing', async () => {
  expect(await publish(write('1.1.0', 'two'))).toMatchObject(done('ada/hello@1.1.0'));
  expect(await versions()).toHaveLength(2);
});

it('is told that a version never changes', async () => {
  expect(await publish(write('1.1.0', 'changed'))).toMatchObject(failed('This version exists already.'));
});

it('raises the version itself when it may', async () => {
  expect(await publish('--bump', write('1.1.0', 'changed'))).toMatchObject(done('ada/hello@1.1.1'));
  expect(await wasmer.run('run', 'ada/hello')).toEqual({ code: 0, output: 'changed\n' });
});

it('asks at a terminal, and publishes the version that it is given', async () => {
  const { code, output } = await wasmer.ask('y\n', 'publish', write('1.1.1', 'asked'));
  expect([code, output]).toEqual([0, expect.stringContaining('ada/hello@1.1.2')]);
});

it('publishes what only its owner finds', async () => {
  const secret = made.write('secret', printing('ada/secret', '1.0.0', 'for ada', 'private = true'));
  expect(await publish(secret)).toMatchObject(done('ada/secret@1.0.0'));
  expect(await wasmer.run('run', 'ada/secret')).toEqual({ code: 0, output: 'for ada\n' });
  const anybody = wasmerCli(server.graphqlUrl);
  expect(await anybody.run('run', 'ada/secret')).toMatchObject(failed('not found'));
  anybody.remove();
});

it('is told that it may not publish under the name of another', async () => {
  await account(server, 'bob');
  const theirs = made.write('theirs', printing('bob/hello', '1.0.0', 'not mine'));
  expect(await publish(theirs)).toMatchObject(failed('you may not publish to it'));
});

it('pushes a file without a name, runs it by its hash, and names it afterwards', async () => {
  const other = made.write('other', printing('ada/other', '1.0.0', 'other'));
  const pushed = await wasmer.run('package', 'push', '--namespace', 'ada', other);
  const [hash] = /sha256:[0-9a-f]{64}/.exec(pushed.output)!;
  expect(await wasmer.run('run', hash)).toEqual({ code: 0, output: 'other\n' });
  expect(await wasmer.run('package', 'get', hash)).toMatchObject(done('<unnamed>'));
  const tag = () => wasmer.run('package', 'tag', hash, 'ada/other@1.0.0', '--path', other);
  expect(await tag()).toMatchObject(done('ada/other@1.0.0'));
  expect(await tag()).toMatchObject(done('ada/other@1.0.0'));
  expect(await wasmer.run('run', 'ada/other')).toEqual({ code: 0, output: 'other\n' });
});
