import { init, Wasmer, wat2wasm } from '@wasmer/sdk-publish/node';
import { account, startAccounts, type AccountsServer, type TestAccount } from '../accounts/kit.js';

/** The published npm client, unmodified, against a server with nothing but its own packages. */
let server: AccountsServer;
let ann: TestAccount;

beforeAll(async () => {
  server = await startAccounts();
  ann = await account(server, 'ann');
  await init({ registryUrl: server.graphqlUrl, token: ann.token });
});
afterAll(() => server.close());

const hello = (text: string) =>
  wat2wasm(`(module
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 8) "${text}\\n")
  (func (export "_start")
    (i32.store (i32.const 0) (i32.const 8))
    (i32.store (i32.const 4) (i32.const ${text.length + 1}))
    (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 64)))))`);

const helloPackage = (version: string, text: string) =>
  Wasmer.createPackage({
    package: { name: 'ann/hello', version, description: 'Says something' },
    module: [{ name: 'hello', source: hello(text), abi: 'wasi' }],
    command: [{ name: 'hello', module: 'hello', runner: 'https://webc.org/runner/wasi' }],
    fs: { public: { 'index.html': 'hi' } },
  } as never);

it('publishes', async () => {
  await Wasmer.publishPackage(await helloPackage('1.0.0', 'one'));
  const { data } = await ann.ask(
    '{ getPackage(name: "ann/hello") { packageName namespace lastVersion { version description } } }',
  );
  expect(data.getPackage).toEqual({
    packageName: 'hello',
    namespace: 'ann',
    lastVersion: { version: '1.0.0', description: 'Says something' },
  });
});
