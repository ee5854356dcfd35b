import { eventually } from '../../../../test/kit/eventually.js';
import { openSession, openSocket } from '../../../../test/kit/socket-client.js';
import { listening, startSocketFixture, ticker } from '../../../../test/kit/socket-fixture.js';
import { revoked, uncheckable } from '../../../../test/kit/web-fixture.js';
import { authorizationOf } from './authorization.js';

let shell: Awaited<ReturnType<typeof startSocketFixture>>;
// Pings often enough for the test that waits for one.
beforeAll(async () => void (shell = await startSocketFixture({ pingMs: 50 })));
afterEach(() => {
  revoked.clear();
  uncheckable.delete('user');
});
afterAll(() => shell.close());

const query = '{ viewer { username } }';

describe('credentials', () => {
  it.each([
    [undefined, undefined],
    [null, undefined],
    [{}, undefined],
    [{ authorization: 'Bearer a', accept: 'application/json' }, 'Bearer a'],
    [{ Authorization: 'Bearer a' }, 'Bearer a'],
    [{ headers: { Authorization: 'Bearer a' } }, 'Bearer a'],
    [{ headers: { authorization: 'Bearer a' } }, 'Bearer a'],
    [{ headers: null, authorization: 5 }, undefined],
  ])('are found in the payload %j', (payload, expected) => {
    expect(authorizationOf(payload)).toBe(expected);
  });

  it.each([
    ['none', {}, null],
    ['an empty bearer', { payload: { authorization: 'Bearer ' } }, null],
    ['the header of the request', { headers: { authorization: 'Bearer user' } }, { username: 'user' }],
    [
      'the payload before the header',
      { headers: { authorization: 'Bearer stale' }, payload: { authorization: 'Bearer operator' } },
      { username: 'operator' },
    ],
  ])('%s', async (_name, options, viewer) => {
    const raw = await openSession(shell.socketUrl, options);
    raw.send({ id: '1', type: 'subscribe', payload: { query } });
    expect((await raw.next({ id: '1' })).payload).toEqual({ data: { viewer } });
    raw.socket.close();
  });
});

describe('a token that is not valid', () => {
  it.each([
    ['in the header', { headers: { authorization: 'Bearer stale' } }, undefined],
    ['in the payload', {}, { authorization: 'Bearer stale' }],
    ['of another scheme', {}, { authorization: 'Basic dTpw' }],
  ])('%s closes the socket with 4401, after which no client tries again', async (_name, options, payload) => {
    const raw = await openSocket(shell.socketUrl, options);
    raw.send({ type: 'connection_init', payload });
    raw.send({ id: '1', type: 'subscribe', payload: { query } });
    expect(await raw.closed).toEqual({ code: 4401, reason: 'Unauthorized' });
    expect(raw.messages).toEqual([]);
  });

  it('is told to a client of the old protocol in its own words, and nothing starts', async () => {
    const raw = await openSocket(shell.socketUrl, { subprotocols: ['graphql-ws'] });
    raw.send({ type: 'connection_init', payload: { headers: { Authorization: 'Bearer stale' } } });
    raw.send({ id: '1', type: 'start', payload: { query: 'subscription { ticks }' } });
    expect((await raw.closed).code).toBe(4401);
    expect(raw.messages).toEqual([
      { type: 'connection_error', payload: { message: expect.stringContaining('valid token') } },
    ]);
    expect(listening()).toBe(0);
  });

  it('starts nothing any more when it is revoked while the socket is open', async () => {
    const raw = await openSession(shell.socketUrl, { payload: { authorization: 'Bearer user' } });
    revoked.add('user');
    raw.send({ id: '1', type: 'subscribe', payload: { query } });
    expect((await raw.closed).code).toBe(4401);
    expect(raw.messages).toEqual([]);
  });

  it('ends what it started, with the next ping', async () => {
    const raw = await openSession(shell.socketUrl, { payload: { authorization: 'Bearer user' } });
    raw.send({ id: '1', type: 'subscribe', payload: { query: 'subscription { ticksForUsers }' } });
    await eventually(() => expect(listening()).toBe(1));
    revoked.add('user');
    expect((await raw.closed).code).toBe(4401);
    await eventually(() => expect(listening()).toBe(0));
  });
});

describe('a fault of the authenticator', () => {
  it('lets the client try again later', async () => {
    const raw = await openSocket(shell.socketUrl, { headers: { authorization: 'Bearer database-down' } });
    raw.send({ type: 'connection_init' });
    expect(await raw.closed).toEqual({ code: 1013, reason: 'Try again later' });
    expect(shell.lines.join('')).toContain('unexpected error');
    expect(shell.lines.join('')).not.toContain('hunter2');
  });

  it('fails one operation and leaves the others alone', async () => {
    const payload = { authorization: 'Bearer user' };
    const raw = await openSession(shell.socketUrl, { payload });
    raw.send({ id: '1', type: 'subscribe', payload: { query: 'subscription { ticks }' } });
    await eventually(() => expect(listening()).toBe(1));
    uncheckable.add('user');
    raw.send({ id: '2', type: 'subscribe', payload: { query } });
    const { type, payload: errors } = await raw.next({ id: '2' });
    expect({ type, errors }).toMatchObject({ type: 'error', errors: [{ message: 'Internal error.' }] });
    await eventually(() => expect(shell.lines.join('')).toContain('could not check a token'));
    ticker.emit('tick', 1);
    expect(await raw.next({ id: '1' })).toMatchObject({ payload: { data: { ticks: 1 } } });
    raw.socket.close();
  });
});
