import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { boundaryHeader, multipartBody, startTaking, type Part } from '../../../../test/kit/multipart.js';

let shell: Awaited<ReturnType<typeof startTaking>>;
beforeAll(async () => void (shell = await startTaking()));
afterAll(() => shell.close());

const take = `mutation ($input: TakeInput, $files: [Upload!], $file: Upload) {
  take(input: $input, files: $files, file: $file) { filename mimeType sizeBytes text again }
}`;
const picture = new File(['pixels'], 'a.png', { type: 'image/png' });
const asPicture = { filename: 'a.png', mimeType: 'image/png', sizeBytes: 6, text: 'pixels', again: 'pixels' };
const form = (...parts: [string, string | Blob][]) => {
  const data = new FormData();
  for (const [name, value] of parts) data.append(name, value);
  return data;
};
const operations = (variables: object, query = take) => JSON.stringify({ query, variables });
const raw = (parts: [string, Part][]) => shell.send(multipartBody(parts), boundaryHeader);

describe('operations, map and files', () => {
  it('put a file into an input, which reads it as often as it likes', async () => {
    const { data } = await shell.send(
      form(
        ['operations', operations({ input: { name: 'x', upload: null } })],
        ['map', '{"0":["variables.input.upload"]}'],
        ['0', picture],
      ),
    );
    expect(data.take).toEqual([asPicture]);
  });

  it('put several files, into lists too, and one file into two places', async () => {
    const { data } = await shell.send(
      form(
        ['operations', operations({ files: [null, null], file: null })],
        ['map', '{"a":["variables.files.1"],"b":["variables.files.0","variables.file"]}'],
        ['a', picture],
        ['b', new File(['text'], 'b.txt', { type: 'text/plain' })],
      ),
    );
    expect(data.take.map(({ text }: { text: string }) => text)).toEqual(['text', 'pixels', 'text']);
  });

  it('may be typed, the JSON parts even as files, and the file may be nothing but bytes', async () => {
    const json = (text: string) => ({ text, type: 'application/json', filename: 'blob' });
    const { data } = await raw([
      ['operations', { text: operations({ file: null }), type: 'application/json' }],
      ['map', json('{"0":["variables.file"]}')],
      ['0', { text: 'mail', type: 'application/octet-stream', filename: 'upload' }],
    ]);
    expect(data.take).toEqual([
      { filename: 'upload', mimeType: 'application/octet-stream', sizeBytes: 4, text: 'mail', again: 'mail' },
    ]);
  });

  it('need no file, and none is an empty list or an empty file', async () => {
    expect((await shell.send(form(['operations', operations({})], ['map', '{}']))).data.take).toEqual([]);
    const empty = form(
      ['operations', operations({ file: null })],
      ['map', '{"0":["variables.file"]}'],
      ['0', new File([], 'e')],
    );
    expect((await shell.send(empty)).data.take).toMatchObject([{ sizeBytes: 0, text: '' }]);
  });

  it('keep no folders of a file name', async () => {
    const { data } = await raw([
      ['operations', operations({ file: null })],
      ['map', '{"0":["variables.file"]}'],
      ['0', { text: 'x', filename: '../../etc/passwd' }],
    ]);
    expect(data.take).toMatchObject([{ filename: 'passwd' }]);
  });
});

describe('plain fields', () => {
  it('are an ordinary request, as the old CLI sends each of its own', async () => {
    const query = 'query Ping($text: String) { ping(text: $text) }';
    const sent = [
      ['query', query],
      ['operationName', 'Ping'],
      ['variables', '{"text":"hello"}'],
    ] as [string, string][];
    expect((await shell.send(form(...sent), { authorization: 'Bearer ' })).data).toEqual({ ping: 'hello' });
  });

  it.each(['', 'null', '{}'])('take %j for no variables, and an empty name for none', async (variables) => {
    const sent = form(['query', '{ ping }'], ['operationName', ''], ['variables', variables]);
    expect((await shell.send(sent)).data).toEqual({ ping: 'pong' });
  });

  it.each([
    ['left out', {}, 'file'],
    ['null', { file: null }, 'file'],
    ['an object without anything, as JSON.stringify makes it', { file: {} }, 'file'],
    ['within another', { input: { name: 'x' } }, 'input.upload'],
    ['within a list', { files: [null] }, 'files.0'],
  ])('with files named by their variable, which is %s', async (_, variables, path) => {
    const sent = form(['query', take], ['id', ''], ['variables', JSON.stringify(variables)], [path, picture]);
    expect((await shell.send(sent)).data.take).toEqual([asPicture]);
  });
});

describe('what is malformed', () => {
  const file: [string, Part] = ['0', { text: 'x', filename: 'x' }];
  const ops: [string, Part] = ['operations', operations({ file: null, files: [null] })];
  const map = (value: unknown): [string, Part] => ['map', typeof value === 'string' ? value : JSON.stringify(value)];
  const toFile = map({ 0: ['variables.file'] });

  it.each<[string, [string, Part][], string, object]>([
    ['nothing', [], 'Send operations and map', {}],
    ['map before operations', [toFile, ops, file], 'operations comes before map', { part: 'map' }],
    ['a file before the map', [ops, file, toFile], 'comes before the files', { part: 'map' }],
    ['a file before the query', [file, ['query', '{ ping }']], 'before any file', {}],
    ['a field after a file', [ops, toFile, file, ['query', '']], 'come before the files', { part: 'query' }],
    ['no map', [ops], 'map is a JSON object', { part: 'map' }],
    ['a map that is a list', [ops, map([])], 'map is a JSON object', { part: 'map' }],
    ['a map of no lists', [ops, map({ 0: 'variables.file' }), file], 'is a list of paths', { part: 'map' }],
    ['a map entry without paths', [ops, map({ 0: [] }), file], 'is a list of paths', { part: 'map' }],
    ['operations that are no JSON', [['operations', '{'], toFile, file], 'no valid JSON', { part: 'operations' }],
    ['a batch', [['operations', '[]'], toFile, file], 'one JSON object', { part: 'operations' }],
    [
      'variables that are no object',
      [
        ['query', '{ ping }'],
        ['variables', '[1]'],
      ],
      'is a JSON object',
      { part: 'variables' },
    ],
    [
      'a field twice',
      [
        ['query', '{ ping }'],
        ['query', '{ ping }'],
      ],
      'comes once',
      { part: 'query' },
    ],
    ['both dialects', [ops, ['query', '{ ping }']], 'do not go together', { part: 'query' }],
    [
      'an unknown field',
      [
        ['query', '{ ping }'],
        ['extra', '1'],
      ],
      'no such field',
      { part: 'extra' },
    ],
    [
      'a file that the map does not name',
      [ops, toFile, file, ['1', { text: 'y', filename: 'y' }]],
      'names no such file',
      { part: '1' },
    ],
    ['a file twice', [ops, toFile, file, file], 'A file comes once', { part: '0' }],
    [
      'more map entries than files',
      [ops, map({ 0: ['variables.file'], 1: ['variables.files.0'] }), file],
      'did not come',
      { part: '1' },
    ],
    [
      'two files for one place',
      [ops, map({ 0: ['variables.file'], 1: ['variables.file'] }), file],
      'one variable',
      { path: 'variables.file' },
    ],
    [
      'a path that is not there',
      [ops, map({ 0: ['variables.input.upload'] }), file],
      'is null',
      { path: 'variables.input.upload' },
    ],
    ['a path beyond a list', [ops, map({ 0: ['variables.files.1'] }), file], 'is null', { path: 'variables.files.1' }],
    ['a path outside the variables', [ops, map({ 0: ['query'] }), file], 'goes into variables', { path: 'query' }],
    ['a path to a prototype', [ops, map({ 0: ['variables.__proto__.polluted'] }), file], 'is null', {}],
    ['a path to a constructor', [ops, map({ 0: ['variables.constructor.prototype'] }), file], 'is null', {}],
    [
      'JSON with a prototype',
      [['operations', '{"query":"{ ping }","variables":{"__proto__":{"x":1}}}'], map({})],
      'no valid JSON',
      { part: 'operations' },
    ],
    [
      'a plain file into a prototype',
      [
        ['query', take],
        ['__proto__', { text: 'x', filename: 'x' }],
      ],
      'is null',
      { path: '__proto__' },
    ],
    [
      'a plain file into another file',
      [
        ['query', take],
        ['file', { text: 'x', filename: 'x' }],
        ['file.x', { text: 'x', filename: 'x' }],
      ],
      'is null',
      { path: 'file.x' },
    ],
    [
      'a plain file into a list at no place',
      [
        ['query', take],
        ['variables', '{"files":[]}'],
        ['files.0', { text: 'x', filename: 'x' }],
      ],
      'no such element',
      { path: 'files.0' },
    ],
    [
      'a plain file over a value',
      [
        ['query', take],
        ['variables', '{"file":"x"}'],
        ['file', { text: 'x', filename: 'x' }],
      ],
      'is null',
      { path: 'file' },
    ],
  ])('is refused with its place: %s', async (_, parts, message, place) => {
    const { status, code, error } = await raw(parts);
    expect({ status, code }).toEqual({ status: 400, code: 'BAD_MULTIPART' });
    expect(error.message).toContain(message);
    expect(error.extensions).toMatchObject({ ...place, requestId: expect.any(String) });
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });

  it('is refused by GraphQL where the request is whole and the operation is not', async () => {
    const { status, code } = await shell.send(form(['query', '{ nothing }']));
    expect({ status, code }).toEqual({ status: 400, code: 'GRAPHQL_VALIDATION_FAILED' });
  });
});

it.each([['"a.png"'], ['{"filename":"a.png","mimeType":"image/png"}'], ['1']])(
  'an Upload is never a JSON value: %s',
  async (value) => {
    const { errors } = await shell.query(take, { variables: { file: JSON.parse(value) } });
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
    expect(errors![0].message).toContain('An Upload is a file part of a multipart request');
  },
);

it('stays unsupported at other addresses', async () => {
  const response = await fetch(`${shell.url}/livez`, { method: 'POST', body: form(['query', '{ ping }']) });
  expect(response.status).toBe(405);
});

it('leaves no file behind', async () => {
  expect(readdirSync(join(shell.dataDir, 'uploads'))).toEqual([]);
});

describe('a foreign page', () => {
  const send = (headers: Record<string, string>) =>
    shell.send(multipartBody([['query', '{ ping }']]), { ...boundaryHeader, ...headers });

  it.each([
    [{ origin: 'https://evil.example' }],
    [{ origin: 'null' }],
    [{ 'sec-fetch-site': 'cross-site' }],
    [{ 'sec-fetch-site': 'same-origin', 'apollo-require-preflight': '' }],
  ])('cannot have it sent by a browser: %j', async (headers) => {
    const { status, code, data } = await send(headers);
    expect({ status, code, data }).toEqual({ status: 403, code: 'CROSS_SITE_REQUEST', data: undefined });
  });

  it.each([
    [{}],
    [{ origin: 'https://app.example', authorization: 'Bearer ' }],
    [{ origin: 'https://app.example', 'sec-fetch-site': 'cross-site', 'apollo-require-preflight': '1' }],
    [{ origin: 'https://app.example', 'x-apollo-operation-name': 'Ping' }],
  ])('is not meant by %j', async (headers) => {
    expect((await send(headers)).data).toEqual({ ping: 'pong' });
  });

  it('cannot send the other simple forms either', async () => {
    const { status, code } = await shell.send('{"query":"{ ping }"}', { 'content-type': 'text/plain' });
    expect({ status, code }).toEqual({ status: 400, code: 'BAD_REQUEST' });
  });
});
