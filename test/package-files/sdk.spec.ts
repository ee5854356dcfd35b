import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { init, wat2wasm, Wasmer } from '@wasmer/sdk-publish/node';
import { readPackage } from '../../src/registry/package-file/read-package.js';
import { sha256 } from '../kit/webc-file.js';

/** The published npm client, unmodified. It gives its package files to nobody but a registry: this one takes the upload, and no more. */
let uploaded: Buffer | undefined;
const registry = createServer(async (request, response) => {
  const body = await buffer(request);
  const answer = (status: number, headers: Record<string, string> = {}, data?: unknown) =>
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify({ data }));
  if (request.url === '/graphql') return answer(200, {}, graphql(request, String(body)));
  if (request.method === 'POST') return answer(201, { location: `http://${request.headers.host}/session` });
  uploaded = body;
  return answer(200);
});

function graphql(request: IncomingMessage, query: string): unknown {
  if (query.includes('getSignedUrlForPackageUpload')) {
    return { getSignedUrlForPackageUpload: { url: `http://${request.headers.host}/upload` } };
  }
  return { getPackageRelease: null, pushPackageRelease: null };
}

beforeAll(async () => {
  await new Promise<void>((resolve) => registry.listen(0, '127.0.0.1', resolve));
  const { port } = registry.address() as AddressInfo;
  await init({ registryUrl: `http://127.0.0.1:${port}/graphql`, token: 'any' });
});
afterAll(() => registry.close());

it('reads what @wasmer/sdk builds: the same hash, names, sizes and contents', async () => {
  const hello = wat2wasm('(module (memory (export "memory") 1) (func (export "_start")))');
  const runner = 'https://webc.org/runner/wasi' as const;
  // More than its types know, and as its documentation has it.
  const manifest = {
    package: { name: 'ada/hello', version: '1.2.3', description: 'Says hello', license: 'MIT', readme: '# Hello\n' },
    module: [{ name: 'hello', source: hello, abi: 'wasi' }],
    command: [
      { name: 'run', module: 'hello', runner },
      { name: 'again', module: 'hello', runner },
    ],
    fs: { public: { 'index.html': 'hi', deep: { 'data.bin': new Uint8Array([0, 1, 2]) } }, empty: {} },
  };
  const made = await Wasmer.createPackage(manifest);
  await Wasmer.publishPackage(made).catch(() => undefined); // it ends with the push, which this registry does not know
  const file = await readPackage(uploaded!);
  expect(`sha256:${file.sha256}`).toBe(made.pkg!.hash);
  expect(file).toMatchObject({
    format: 'webc-v3',
    name: null,
    version: null,
    license: null,
    readme: { path: 'README.md', text: '# Hello\n' },
    licenseFile: { path: 'License', text: 'MIT' },
  });
  // The SDK writes them with a slash in front, and `wasmer package unpack` follows it.
  expect(file.warnings).toEqual([
    expect.stringContaining('"License" is written as "/License"'),
    expect.stringContaining('"README.md" is written as "/README.md"'),
  ]);
  expect(file.commands.map(({ name, runner, atom }) => [name, runner, atom])).toEqual([
    ['run', runner, 'hello'],
    ['again', runner, 'hello'],
  ]);
  expect(file.commands.map(({ name }) => name).sort()).toEqual(Object.keys(made.commands).sort());
  expect(file.atoms).toEqual([
    {
      name: 'hello',
      kind: 'https://webc.org/kind/wasm',
      sizeBytes: hello.length,
      sha256: sha256(hello).toString('hex'),
    },
  ]);
  const entries = file.volumes.find(({ name }) => name === '/public')!.entries;
  expect(entries.map(({ path }) => path)).toEqual(['deep', 'deep/data.bin', 'index.html']);
  expect(entries[2]).toMatchObject({ sizeBytes: 2, sha256: sha256('hi').toString('hex') });
  expect(entries[1]).toMatchObject({ sizeBytes: 3, sha256: sha256(new Uint8Array([0, 1, 2])).toString('hex') });
});
