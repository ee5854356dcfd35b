import { once } from 'node:events';
import { connect as connectTcp } from 'node:net';
import { eventually } from '../../../../test/kit/eventually.js';
import { openSession, openSocket } from '../../../../test/kit/socket-client.js';
import { listening, startSocketFixture } from '../../../../test/kit/socket-fixture.js';
import { gate, holdGate } from '../../../../test/kit/web-fixture.js';
import { closeGracefully } from '../../http/shutdown.js';

let shell: Awaited<ReturnType<typeof startSocketFixture>>;
beforeAll(async () => void (shell = await startSocketFixture()));
afterAll(() => shell.close());

describe('a request to upgrade', () => {
  it.each([
    ['another path', '/elsewhere', ['graphql-transport-ws'], 404],
    ['an unknown subprotocol', '/graphql', ['mqtt'], 400],
    ['no subprotocol', '/graphql', [], 400],
  ])('with %s gets a plain answer', async (_name, path, subprotocols, status) => {
    await expect(openSocket(`${new URL(path, shell.socketUrl)}`, { subprotocols })).rejects.toMatchObject({
      message: `Unexpected server response: ${status}`,
    });
  });

  it.each([
    ['a page of our own', 'GET /livez HTTP/1.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n', '', '200 OK'],
    [
      'a bad key',
      'GET /graphql HTTP/1.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Protocol: graphql-ws\r\n',
      '',
      '400 Bad Request',
    ],
    [
      'HTTP/2, as some clients offer with every request',
      'POST /graphql HTTP/1.1\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAoAAAAAIAAAAA\r\nConnection: Upgrade, HTTP2-Settings\r\n' +
        'Content-Type: application/json\r\nContent-Length: 24\r\n',
      '{"query":"{__typename}"}',
      '200 OK',
    ],
  ])('for %s is answered as HTTP', async (_name, head, body, status) => {
    const socket = connectTcp(Number(new URL(shell.url).port), '127.0.0.1');
    let answer = '';
    socket.on('data', (data) => (answer += String(data)));
    socket.write(`${head}Host: x\r\n\r\n${body}`);
    await eventually(() => expect(answer).toContain(`HTTP/1.1 ${status}\r\n`));
    if (body) await eventually(() => expect(answer).toContain('"__typename":"Query"'));
    socket.destroy();
  });
});

it('a connection on which HTTP/2 is offered again and again ends with the second answer', async () => {
  const request =
    'POST /graphql HTTP/1.1\r\nHost: x\r\nUpgrade: h2c\r\nConnection: Upgrade\r\nContent-Type: application/json\r\n' +
    'Content-Length: 24\r\n\r\n{"query":"{__typename}"}';
  const socket = connectTcp(Number(new URL(shell.url).port), '127.0.0.1');
  const closed = once(socket, 'close');
  let answer = '';
  socket.on('data', (data) => (answer += String(data)));
  const answers = () => answer.match(/HTTP\/1\.1 200 OK/g)?.length ?? 0;
  for (let n = 1; n <= 2; n++) {
    socket.write(request);
    await eventually(() => expect(answers()).toBe(n));
  }
  await closed;
  expect(answer.match(/connection: \S+/gi)).toEqual(['Connection: keep-alive', 'Connection: close']);
});

it('a client that is gone before its request to upgrade is answered does no harm', async () => {
  const port = Number(new URL(shell.url).port);
  const head = 'GET /elsewhere HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n';
  for (let n = 0; n < 20; n++) {
    const socket = connectTcp(port, '127.0.0.1');
    await new Promise<void>((resolve) => socket.write(head, () => resolve()));
    socket.resetAndDestroy();
  }
  expect((await shell.query('{ __typename }')).status).toBe(200);
});

describe('a server that stops', () => {
  it('answers what is under way, sends no false end, closes with 1001 and takes nobody new', async () => {
    const stopping = await startSocketFixture();
    const open = holdGate();
    const raw = await openSession(stopping.socketUrl);
    const watcher = await openSession(stopping.socketUrl, { subprotocols: ['graphql-ws'] });
    raw.send({ id: 'slow', type: 'subscribe', payload: { query: '{ slow }' } });
    watcher.send({ id: 'ticks', type: 'start', payload: { query: 'subscription { ticks }' } });
    await eventually(() => expect([gate.arrived, listening()]).toEqual([1, 1]));
    const quiet = connectTcp(Number(new URL(stopping.url).port), '127.0.0.1');
    quiet.write('GET /livez HTTP/1.1\r\nHost: x\r\n\r\n');
    await once(quiet, 'data');
    const closing = closeGracefully(stopping.app);
    expect(await watcher.closed).toEqual({ code: 1001, reason: 'The server is going away' });
    expect(watcher.messages.filter(({ type }) => type !== 'ka')).toEqual([]);
    await expect(openSocket(stopping.socketUrl)).rejects.toMatchObject({
      message: 'Unexpected server response: 503',
    });
    // By then HTTP connections are closed that were quiet for as long as the socket.
    await once(quiet, 'close');
    open();
    expect(await raw.next({ id: 'slow' })).toMatchObject({ type: 'next', payload: { data: { slow: 'done' } } });
    expect((await raw.closed).code).toBe(1001);
    await closing;
    expect(listening()).toBe(0);
  });
});
