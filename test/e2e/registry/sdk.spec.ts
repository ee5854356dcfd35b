import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { init, Wasmer } from '@wasmer/sdk-publish/node';
import { printingModule } from '../../kit/printing-module.js';
import { account, startAccounts, type AccountsServer, type TestAccount } from '../accounts/kit.js';
import { redirectBuiltInRegistry } from './built-in-registry.mjs';
import { asked } from './kit.js';

/** The published npm clients, unmodified, against a server with nothing but its own packages: one publishes, the other runs. */
let server: AccountsServer;
let ann: TestAccount;
let endRedirect: () => void;

beforeAll(async () => {
  server = await startAccounts();
  ann = await account(server, 'ann');
  endRedirect = redirectBuiltInRegistry(server.graphqlUrl);
  await init({ registryUrl: server.graphqlUrl, token: ann.token });
});
afterAll(async () => {
  endRedirect?.();
  await server?.close();
});

const runner = 'https://webc.org/runner/wasi' as const;

/** @returns what finds it without a name */
const publishHello = async (version: string, line: string): Promise<string> => {
  const made = await Wasmer.createPackage({
    package: { name: 'ann/hello', version, description: 'Says something' },
    module: [{ name: 'hello', source: printingModule(line), abi: 'wasi' }],
    command: [{ name: 'hello', module: 'hello', runner }],
    fs: { public: { 'index.html': 'hi' } },
  } as never);
  const { hash } = await Wasmer.publishPackage(made);
  return `sha256:${hash}`;
};

/** Its command is that of ann/hello. */
const publishApp = async () => {
  const made = await Wasmer.createPackage({
    package: { name: 'ann/app', version: '1.0.0', description: 'Has no module', entrypoint: 'main' },
    dependencies: { 'ann/hello': '^1.0' },
    command: [{ name: 'main', module: 'ann/hello:hello', runner }],
  } as never);
  await Wasmer.publishPackage(made);
};

const idOf = async (version: string): Promise<string> => {
  const query = 'query ($version: String!) { getPackageVersion(name: "ann/hello", version: $version) { id } }';
  return (await ann.ask(query, { version })).data.getPackageVersion.id;
};

/** @returns for each package what it printed, or why it did not run */
const run = async (...packages: string[]): Promise<Record<string, string>> => {
  const cacheFolder = mkdtempSync(join(tmpdir(), 'waybill-sdk-'));
  const child = spawn(process.execPath, [join(import.meta.dirname, 'sdk-run.mjs')], { stdio: 'pipe' });
  child.stdin.end(JSON.stringify({ graphqlUrl: server.graphqlUrl, cacheFolder, packages }));
  const [printed, complaints] = await Promise.all([text(child.stdout), text(child.stderr)]);
  rmSync(cacheFolder, { recursive: true });
  if (!printed) throw new Error(`The SDK said nothing, but:\n${complaints}`);
  return JSON.parse(printed);
};

it('publishes', async () => {
  await publishHello('1.0.0', 'one');
  const { data } = await ann.ask(
    '{ getPackage(name: "ann/hello") { packageName namespace lastVersion { version description } } }',
  );
  expect(data.getPackage).toEqual({
    packageName: 'hello',
    namespace: 'ann',
    lastVersion: { version: '1.0.0', description: 'Says something' },
  });
});

it('resolves, downloads and runs what was published: by range, by hash, and the command of a dependency', async () => {
  const hash = await publishHello('1.1.0', 'one and more');
  await publishHello('2.0.0', 'two');
  await publishApp();
  expect(await run('ann/hello', 'ann/hello@^1.0', 'ann/hello@=1.0.0', hash, 'ann/app', 'ann/nothing')).toEqual({
    'ann/hello': 'two\n',
    'ann/hello@^1.0': 'one and more\n',
    'ann/hello@=1.0.0': 'one\n',
    [hash]: 'one and more\n',
    'ann/app': 'one and more\n',
    'ann/nothing': expect.stringContaining('not found'),
  });
});

// It resolves ranges itself and asks `isArchived` only: nothing that a server answers lets it pass a yanked version over and yet find
// it by its exact version. Yanks promise the latter.
it('passes an archived version over, and runs a yanked one that is asked for by its exact version', async () => {
  const yank = `mutation ($input: YankPackageVersionsInput!) { yankPackageVersions(input: $input) { packageVersions { id } } }`;
  await asked(ann, yank, { packageVersionIds: [await idOf('1.0.0')] });
  const archive = `mutation ($input: ChangePackageVersionArchivedStatusInput!) {
    changePackageVersionArchivedStatus(input: $input) { packageVersion { id } }
  }`;
  await asked(ann, archive, { packageVersionId: await idOf('2.0.0'), isArchived: true });
  expect(await run('ann/hello', 'ann/hello@=1.0.0')).toEqual({
    'ann/hello': 'one and more\n',
    'ann/hello@=1.0.0': 'one\n',
  });
});
