import { readdirSync, readlinkSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { eventually } from '../../../../test/kit/eventually.js';
import { boundaryHeader, multipartBody, rawRequest, startTaking, type Part } from '../../../../test/kit/multipart.js';
import { multipartLimits } from './multipart.limits.js';

let shell: Awaited<ReturnType<typeof startTaking>>;
beforeAll(async () => void (shell = await startTaking()));
afterAll(() => shell.close());

const mib = 1024 * 1024;
const take = 'mutation ($files: [Upload!]) { take(files: $files) { sizeBytes } }';
const ping: [string, Part] = ['query', '{ ping }'];
const head = (length: number | string, ...more: string[]) =>
  [
    'POST /graphql HTTP/1.1',
    'host: x',
    `content-type: ${boundaryHeader['content-type']}`,
    `content-length: ${length}`,
    ...more,
  ].join('\r\n');
const codes = (answer: string) => [...answer.matchAll(/"code":"(\w+)"/g)].map(([, code]) => code);

/** A request for so many files, each of so many bytes. */
function files(...sizes: number[]): FormData {
  const data = new FormData();
  data.append('operations', JSON.stringify({ query: take, variables: { files: sizes.map(() => null) } }));
  data.append(
    'map',
    JSON.stringify(Object.fromEntries(sizes.map((_, index) => [index, [`variables.files.${index}`]]))),
  );
  sizes.forEach((size, index) => data.append(String(index), new Blob([Buffer.alloc(size)]), 'zeros'));
  return data;
}

/** Files of the spool that are open; they have no names. */
function spooled(): number {
  const folder = join(shell.dataDir, 'uploads');
  return readdirSync('/proc/self/fd').filter((fd) => linkOf(fd).startsWith(folder)).length;
}

function linkOf(fd: string): string {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`);
  } catch {
    return '';
  }
}

/** Starts a request and leaves it open in the middle of a file. */
async function halfSent(): Promise<{ finish: () => void; cut: () => void; answer: Promise<string> }> {
  const body = multipartBody([
    ['operations', JSON.stringify({ query: take, variables: { files: [null] } })],
    ['map', '{"0":["variables.files.0"]}'],
    ['0', { text: 'y'.repeat(200_000), filename: 'f' }],
  ]);
  const socket = connect(Number(new URL(shell.url).port), '127.0.0.1');
  socket.write(`${head(body.length, 'connection: close')}\r\n\r\n${body.slice(0, 150_000)}`);
  const answer = new Promise<string>((resolve) => {
    let text = '';
    socket.on('data', (data) => (text += data.toString())).on('close', () => resolve(text));
  });
  await eventually(async () => expect(spooled()).toBe(1));
  return { finish: () => socket.write(body.slice(150_000)), cut: () => socket.destroy(), answer };
}

afterEach(async () => {
  await eventually(async () => expect(spooled()).toBe(0));
  expect((await shell.query('{ ping }')).data).toEqual({ ping: 'pong' });
});

describe('limits', () => {
  it('leave room for the largest that may come', async () => {
    const { data } = await shell.send(files(multipartLimits.fileBytes, 6 * mib));
    expect(data.take).toEqual([{ sizeBytes: multipartLimits.fileBytes }, { sizeBytes: 6 * mib }]);
  });

  it.each<[keyof typeof multipartLimits, () => FormData | string]>([
    ['fileBytes', () => files(multipartLimits.fileBytes + 1)],
    ['totalBytes', () => files(20 * mib, 20 * mib)],
    ['files', () => files(...Array.from({ length: multipartLimits.files + 1 }, () => 1))],
    ['fieldBytes', () => multipartBody([['query', `{ ping } # ${'x'.repeat(multipartLimits.fieldBytes)}`]])],
    ['fieldBytes', () => multipartBody([ping, ['id', 'x'.repeat(mib / 2)], ['variables', ' '.repeat(mib / 2)]])],
  ])('%s', async (limit, body) => {
    const sent = body();
    const { status, code, error } = await shell.send(sent, typeof sent === 'string' ? boundaryHeader : {});
    expect({ status, code }).toEqual({ status: 413, code: 'PAYLOAD_TOO_LARGE' });
    expect(error.extensions).toMatchObject({ limit, max: multipartLimits[limit] });
  });

  it('of the whole body hold where no length is declared', async () => {
    const chunk = new Uint8Array(mib);
    let left = 40;
    const body = new ReadableStream({
      pull: (controller) => (left-- > 0 ? controller.enqueue(chunk) : controller.close()),
    });
    const request = { method: 'POST', headers: boundaryHeader, body, duplex: 'half' } as RequestInit;
    const response = await fetch(`${shell.url}/graphql`, request);
    expect([response.status, codes(await response.text())]).toEqual([413, ['PAYLOAD_TOO_LARGE']]);
  });
});

describe('a length that lies', () => {
  const body = multipartBody([ping]);

  it('is refused at once when it is too long to take', async () => {
    const answer = await rawRequest(shell.url, head(10 ** 12), '', (text) => codes(text).length > 0);
    expect([answer.slice(0, 12), codes(answer)]).toEqual(['HTTP/1.1 413', ['PAYLOAD_TOO_LARGE']]);
  });

  it('ends the body where it says', async () => {
    const cut = body.slice(0, -4);
    const answer = await rawRequest(shell.url, head(cut.length, 'connection: close'), cut);
    expect([answer.slice(0, 12), codes(answer)]).toEqual(['HTTP/1.1 400', ['BAD_MULTIPART']]);
  });

  it('makes what follows no request, which ends the connection', async () => {
    const answer = await rawRequest(shell.url, head(body.length - 4), body);
    expect(answer.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 400']);
  });

  it('waits for what it promises, and ends with the connection', async () => {
    const { cut, answer } = await halfSent();
    cut();
    expect(await answer).toBe('');
  });
});

describe('a body that is not whole', () => {
  it.each([
    ['no final boundary', multipartBody([ping], '')],
    ['half a boundary', multipartBody([ping], '--')],
    ['the end of its file missing', multipartBody([ping, ['file', { text: 'x'.repeat(100_000), filename: 'f' }]], '')],
    ['half a header', `${multipartBody([ping], '')}--x\r\ncontent-disposition: form-da`],
    ['another boundary', multipartBody([ping]).replaceAll('--x', '--y')],
    ['nothing', ''],
  ])('is refused: %s', async (_, body) => {
    const { status, code } = await shell.send(body, boundaryHeader);
    expect({ status, code }).toEqual({ status: 400, code: 'BAD_MULTIPART' });
  });

  it('is refused without a boundary', async () => {
    const { status, code } = await shell.send(multipartBody([ping]), { 'content-type': 'multipart/form-data' });
    expect({ status, code }).toEqual({ status: 400, code: 'BAD_MULTIPART' });
  });
});

it('answers others while one uploads slowly, and then that one', async () => {
  const slow = await halfSent();
  expect((await shell.query('{ ping }')).data).toEqual({ ping: 'pong' });
  slow.finish();
  expect(await slow.answer).toContain('{"data":{"take":[{"sizeBytes":200000}]}}');
});

it('keeps the connection of whom it refuses, and reads the rest of the body first', async () => {
  const bad = multipartBody([
    ['extra', '1'],
    ['file', { text: 'x'.repeat(3 * mib), filename: 'f' }],
  ]);
  const good = multipartBody([ping]);
  const second = `${head(good.length, 'connection: close')}\r\n\r\n${good}`;
  const answer = await rawRequest(shell.url, head(bad.length), bad + second);
  expect(answer.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 400', 'HTTP/1.1 200']);
  expect(answer).toContain('{"data":{"ping":"pong"}}');
});

it('cuts off who goes on sending without end', async () => {
  const refused = multipartBody([['extra', '1']], '');
  const sent = await sentUntilCut([refused, ...Array.from({ length: 500 }, () => 'x'.repeat(mib))]);
  expect(sent).toBeLessThan(3 * multipartLimits.totalBytes);
});

/** Sends a body without a declared length. @returns how much was taken before the connection ended. */
function sentUntilCut(pieces: string[]): Promise<number> {
  return new Promise((resolve) => {
    const socket = connect(Number(new URL(shell.url).port), '127.0.0.1');
    const send = () => {
      for (let piece = pieces.shift(); piece !== undefined; piece = pieces.shift()) {
        if (!socket.write(`${piece.length.toString(16)}\r\n${piece}\r\n`)) return;
      }
      socket.end();
    };
    socket.write(`${head(0).replace('content-length: 0', 'transfer-encoding: chunked')}\r\n\r\n`);
    socket
      .on('drain', send)
      .on('error', () => undefined)
      .on('close', () => resolve(socket.bytesWritten))
      .resume();
    send();
  });
}
