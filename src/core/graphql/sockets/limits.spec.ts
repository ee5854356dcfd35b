import { once } from 'node:events';
import { eventually } from '../../../../test/kit/eventually.js';
import { openSession, openSocket } from '../../../../test/kit/socket-client.js';
import { listening, startSocketFixture } from '../../../../test/kit/socket-fixture.js';
import { gate, holdGate } from '../../../../test/kit/web-fixture.js';
import type { SocketLimits } from './limits.js';

type Shell = Awaited<ReturnType<typeof startSocketFixture>>;

let shell: Shell;
const start = async (limits: Partial<SocketLimits> = {}, env = {}) => {
  shell = await startSocketFixture(limits, env);
  return shell.socketUrl;
};
afterEach(() => shell.close());

const init = { type: 'connection_init' };
const subscribe = (id: string, query = 'subscription { ticks }') => ({ id, type: 'subscribe', payload: { query } });

describe('a client that breaks the protocol is closed', () => {
  const proto = '{"id":"1","type":"subscribe","payload":{"query":"{__typename}","variables":{"__proto__":{"a":1}}}}';
  it.each<[string, (string | Buffer | object)[], number]>([
    ['no JSON', ['{'], 4400],
    ['no object', ['[]'], 4400],
    ['no type', [{}], 4400],
    ['an unknown type', [{ type: 'hello' }], 4400],
    ['a type of the server', [{ type: 'connection_ack' }], 4400],
    ['a type of the old protocol', [init, { id: '1', type: 'start', payload: { query: '{ __typename }' } }], 4400],
    ['no id', [init, { type: 'subscribe', payload: { query: '{ __typename }' } }], 4400],
    ['no query', [init, { id: '1', type: 'subscribe', payload: {} }], 4400],
    ['variables that are a list', [init, { id: '1', type: 'subscribe', payload: { query: '{', variables: [] } }], 4400],
    ['a payload that is no object', [{ ...init, payload: 'x' }], 4400],
    ['a prototype', [init, proto], 4400],
    ['binary', [Buffer.from(JSON.stringify(init))], 4400],
    ['an operation before anything', [subscribe('1')], 4401],
    ['initialising twice', [init, init], 4429],
    ['a message over the limit', [{ type: 'ping', payload: { text: 'x'.repeat(2000) } }], 1009],
  ])('%s', async (_name, messages, code) => {
    const raw = await openSocket(await start({ messageBytes: 1000 }));
    for (const message of messages) {
      raw.socket.send(typeof message === 'string' || Buffer.isBuffer(message) ? message : JSON.stringify(message));
    }
    expect((await raw.closed).code).toBe(code);
    expect(listening()).toBe(0);
  });

  it('an operation while it is not known yet who it is', async () => {
    const open = holdGate();
    const raw = await openSocket(await start(), { headers: { authorization: 'Bearer slow' } });
    raw.send(init);
    await eventually(() => expect(gate.arrived).toBe(1));
    raw.send(subscribe('1'));
    expect((await raw.closed).code).toBe(4401);
    open();
  });

  it('the id of an operation that is running', async () => {
    const raw = await openSession(await start());
    raw.send(subscribe('1'));
    raw.send(subscribe('1'));
    expect((await raw.closed).code).toBe(4409);
    await eventually(() => expect(listening()).toBe(0));
  });
});

describe('a client that takes too much is held', () => {
  it('to a number of operations at once, of which those that were stopped count until they have ended', async () => {
    const open = holdGate();
    const raw = await openSession(await start({ operations: 2 }));
    raw.send(subscribe('1', '{ slow }'));
    raw.send(subscribe('2'));
    await eventually(() => expect([gate.arrived, listening()]).toEqual([1, 1]));
    raw.send({ id: '1', type: 'complete' });
    raw.send(subscribe('3'));
    const { type, payload } = await raw.next({ id: '3' });
    expect({ type, payload }).toMatchObject({
      type: 'error',
      payload: [{ extensions: { code: 'TOO_MANY_OPERATIONS', max: 2 } }],
    });
    open();
    raw.send({ id: '2', type: 'complete' });
    await eventually(() => expect(listening()).toBe(0));
    raw.send(subscribe('4', '{ __typename }'));
    expect((await raw.next({ id: '4' })).type).toBe('next');
    raw.socket.close();
  });

  it('to a number of sockets per address, and gets a place back when one closes', async () => {
    // The client's address is the one that a trusted proxy names.
    const url = await start({ connectionsPerAddress: 2 }, { WAYBILL_TRUST_PROXY: 'true' });
    const from = (address: string) => openSocket(url, { headers: { 'x-forwarded-for': address } });
    const [first, ...others] = [await from('10.0.0.1'), await from('10.0.0.1'), await from('10.0.0.2')];
    await expect(from('10.0.0.1')).rejects.toMatchObject({ message: 'Unexpected server response: 429' });
    first!.socket.close();
    await first!.closed;
    others.push(await eventually(() => from('10.0.0.1')));
    for (const { socket } of others) socket.close();
  });

  it('to a number of sockets per IPv6 network, for one client has all of its addresses', async () => {
    const url = await start({ connectionsPerAddress: 1 }, { WAYBILL_TRUST_PROXY: 'true' });
    const from = (address: string) => openSocket(url, { headers: { 'x-forwarded-for': address } });
    const opened = [await from('2001:db8::1'), await from('2001:db8:0:1::1')];
    await expect(from('2001:db8::2')).rejects.toMatchObject({ message: 'Unexpected server response: 429' });
    for (const { socket } of opened) socket.close();
  });

  it('to a number of sockets in all', async () => {
    const url = await start({ connections: 1 });
    const raw = await openSocket(url);
    await expect(openSocket(url)).rejects.toMatchObject({ message: 'Unexpected server response: 503' });
    raw.socket.close();
  });

  it('to a number of bytes that it has not read', async () => {
    const raw = await openSession(await start({ bufferedBytes: 100_000, pingMs: 600_000 }));
    raw.socket.pause();
    // The operating system takes some of it; what it leaves waits in the server.
    for (let n = 0; n < 30; n++) raw.send(subscribe(`${n}`, '{ text(size: 2000000) }'));
    await eventually(() => expect(shell.lines.join('')).toContain('Slow client'));
    raw.socket.resume();
    expect((await raw.closed).code).toBe(1006);
  });

  it('to a flow of answers that it reads: the source waits for it', async () => {
    const raw = await openSession(await start({ bufferedBytes: 100_000 }));
    raw.send(subscribe('1', 'subscription { countTo(to: 20000) }'));
    await raw.next({ id: '1', type: 'complete' });
    raw.socket.close();
  });
});

describe('a client that says nothing is closed', () => {
  it('when it does not begin', async () => {
    const raw = await openSocket(await start({ initTimeoutMs: 30 }));
    expect(await raw.closed).toEqual({ code: 4408, reason: 'Connection initialisation timeout' });
  });

  it('when it has had no operation for long; one that runs keeps it open', async () => {
    const url = await start({ pingMs: 20, idleTimeoutMs: 60 });
    const [idle, busy] = [await openSession(url), await openSession(url)];
    busy.send(subscribe('1'));
    await eventually(() => expect(listening()).toBe(1));
    expect(await idle.closed).toEqual({ code: 1000, reason: 'Idle' });
    expect(busy.socket.readyState).toBe(busy.socket.OPEN);
    busy.send({ id: '1', type: 'complete' });
    expect((await busy.closed).reason).toBe('Idle');
  });

  it('when it answers no ping frames; answering none of the protocol is fine', async () => {
    const url = await start({ pingMs: 20 });
    const [mute, lively] = [await openSession(url, { autoPong: false }), await openSession(url)];
    let pings = 0;
    lively.socket.on('ping', () => (pings += 1));
    expect((await mute.closed).code).toBe(1006);
    await eventually(() => expect(shell.lines.join('')).toContain('No answer to pings'));
    await eventually(() => expect(pings).toBeGreaterThan(3));
    expect(lively.socket.readyState).toBe(lively.socket.OPEN);
    lively.socket.close();
  });

  it('of the old protocol hears that somebody is there', async () => {
    const raw = await openSession(await start({ pingMs: 20 }), { subprotocols: ['graphql-ws'] });
    await raw.next({ type: 'ka' });
    await raw.next({ type: 'ka' });
    raw.socket.close();
  });
});

it('a flood of bad operations over sockets does not keep others waiting', async () => {
  const url = await start();
  const clients = await Promise.all(Array.from({ length: 4 }, () => openSession(url)));
  const each = 5_000;
  // Many errors in each: the costliest of what is refused.
  const query = `{ ${'nothing '.repeat(200)} }`;
  for (const client of clients) for (let n = 0; n < each; n++) client.send(subscribe(`${n}`, query));
  await once(clients[0]!.socket, 'message');
  for (let n = 0; n < 10; n++) expect((await shell.query('{ __typename }')).data).toEqual({ __typename: 'Query' });
  const answered = clients.reduce((sum, { messages }) => sum + messages.length, 0);
  expect(answered).toBeLessThan(4 * each);
  for (const { socket } of clients) socket.terminate();
});
