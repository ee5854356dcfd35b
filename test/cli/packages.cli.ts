import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { account, startAccounts, type AccountsServer, type TestAccount } from '../e2e/accounts/kit.js';
import { asked } from '../e2e/registry/kit.js';
import { sha256 } from '../kit/webc-file.js';
import { borrowing, printing, projects } from './projects.js';
import { loggedIn, wasmerCli, type WasmerCli } from './wasmer.js';

let server: AccountsServer;
let ada: TestAccount;
let wasmer: WasmerCli;
let releaseHash: string;
const made = projects();

/** Published once; then asked for by somebody who has no account. */
beforeAll(async () => {
  server = await startAccounts();
  ada = await account(server, 'ada');
  const publisher = await loggedIn(server.graphqlUrl, ada.token);
  const publish = async (name: string, files: Record<string, string | Buffer>) => {
    expect(await publisher.run('publish', '--non-interactive', made.write(name, files))).toMatchObject({ code: 0 });
  };
  await publish('hello', printing('ada/hello', '1.0.0', 'one'));
  await publish('hello', printing('ada/hello', '1.1.0', 'one and more'));
  await publish('hello', printing('ada/hello', '2.0.0', 'two'));
  await publish('app', borrowing('ada/app', '0.1.0', 'ada/hello', '^1.0'));
  publisher.remove();
  const { data } = await ada.ask(
    '{ getPackageVersion(name: "ada/hello", version: "1.1.0") { distribution(version: V3) { piritaSha256Hash } } }',
  );
  releaseHash = data.getPackageVersion.distribution.piritaSha256Hash;
});
beforeEach(() => void (wasmer = wasmerCli(server.graphqlUrl)));
afterEach(() => wasmer.remove());
afterAll(async () => {
  made.remove();
  await server?.close();
});

it.each([
  ['ada/hello', 'two\n'],
  ['ada/hello@^1.0', 'one and more\n'],
  ['ada/hello@=1.0.0', 'one\n'],
  ['ada/app@^0.1', 'one and more\n'],
])('runs %s', async (name, output) => {
  expect(await wasmer.run('run', name)).toEqual({ code: 0, output });
});

it.each(['ada/nothing', 'ada/hello@^9'])('says that there is no %s to run', async (name) => {
  expect(await wasmer.run('run', name)).toMatchObject({ code: 1, output: expect.stringContaining('not found') });
});

it('runs by hash', async () => {
  expect(await wasmer.run('run', `sha256:${releaseHash}`)).toEqual({ code: 0, output: 'one and more\n' });
});

it('gets what there is to know, and the versions that there are', async () => {
  const { code, output } = await wasmer.run('package', 'get', 'ada/hello@^1.0');
  expect([code, output.replaceAll(/ +/g, ' ')]).toEqual([
    0,
    expect.stringContaining('Name: ada/hello\nVersion: 1.1.0\nDescription: Prints a line\nEntrypoint: hello\n'),
  ]);
  const none = await wasmer.run('package', 'get', 'ada/hello@^9');
  expect(none).toMatchObject({ code: 1, output: expect.stringContaining('Available versions: 1.0.0, 1.1.0, 2.0.0') });
});

it('shows the tree of dependencies', async () => {
  expect(await wasmer.run('package', 'tree', 'ada/app')).toEqual({
    code: 0,
    output: 'ada/app -> ada/app@0.1.0\n`-- ada/hello@^1.0=>1.1.0\n',
  });
});

it('searches', async () => {
  const { code, output } = await wasmer.run('package', 'search', 'hello', '--format', 'json');
  const found = JSON.parse(output).map(({ version, package: { package_name: name } }: any) => `${name}@${version}`);
  expect([code, found]).toEqual([0, ['hello@2.0.0']]);
  expect((await wasmer.run('package', 'search', 'nothing')).output).toContain('No packages found');
});

it.each(['ada/hello@^1.0', 'hash'])('downloads the file by %s', async (how) => {
  const target = join(made.folder, 'downloaded.webc');
  const name = how === 'hash' ? `sha256:${releaseHash}` : how;
  expect(await wasmer.run('package', 'download', name, '--validate', '-o', target)).toMatchObject({ code: 0 });
  expect(sha256(readFileSync(target)).toString('hex')).toBe(releaseHash);
});

it('passes a yanked version over, and finds it by its exact version', async () => {
  const { data } = await ada.ask('{ getPackageVersion(name: "ada/hello", version: "2.0.0") { id } }');
  const yank =
    'mutation ($input: YankPackageVersionsInput!) { yankPackageVersions(input: $input) { packageVersions { id } } }';
  await asked(ada, yank, { packageVersionIds: [data.getPackageVersion.id] });
  expect((await wasmer.run('package', 'get', 'ada/hello')).output).toMatch(/Version: +1\.1\.0\n/);
  expect((await wasmer.run('package', 'get', 'ada/hello@=2.0.0')).output).toMatch(/Version: +2\.0\.0\n/);
  expect(await wasmer.run('run', 'ada/hello@=2.0.0')).toEqual({ code: 0, output: 'two\n' });
});
