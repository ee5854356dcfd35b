import { EventEmitter } from 'node:events';
import { Agent, get, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { eventually } from '../../../test/kit/eventually.js';
import { gate, holdGate, withFixture } from '../../../test/kit/web-fixture.js';
import { closeGracefully, onTerminationSignal } from './shutdown.js';

type Answer = { status: number | undefined; connection: string | undefined; body: string };

/** Asks over a connection that stays open. */
function ask(url: string, agent: Agent, path: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    get(url + path, { agent, headers: { 'apollo-require-preflight': '1' } }, (response: IncomingMessage) => {
      let body = '';
      response.on('data', (data) => (body += String(data)));
      response.on('end', () => resolve({ status: response.statusCode, connection: response.headers.connection, body }));
    }).on('error', reject);
  });
}

const slow = '/graphql?query={slow}';

describe('closeGracefully', () => {
  it('answers every accepted request, also on kept-alive connections, and takes no new connection', () =>
    withFixture({}, async ({ app, url }) => {
      const open = holdGate();
      const agents = Array.from({ length: 20 }, () => new Agent({ keepAlive: true, maxSockets: 1 }));
      // Half of the connections have served a request before and are used again.
      await Promise.all(agents.slice(0, 10).map((agent) => ask(url, agent, '/livez')));
      const answers = agents.map((agent) => ask(url, agent, slow));
      await eventually(() => expect(gate.arrived).toBe(20));

      let isClosed = false;
      const closing = closeGracefully(app).then(() => (isClosed = true));
      await eventually(() => expect(ask(url, new Agent(), '/livez')).rejects.toMatchObject({ code: 'ECONNREFUSED' }));
      expect(isClosed).toBe(false);
      open();
      const expected = { status: 200, connection: 'close', body: expect.stringContaining('{"slow":"done"}') };
      expect(await Promise.all(answers)).toEqual(answers.map(() => expected));
      await closing;
    }));

  it('says so at /readyz first, while it still answers', () =>
    withFixture({}, async ({ app, url }) => {
      const closing = closeGracefully(app, { noticeMs: 400 });
      const ready = await ask(url, new Agent(), '/readyz');
      expect(ready).toMatchObject({ status: 503, connection: 'close', body: expect.stringContaining('stopping') });
      expect((await ask(url, new Agent(), '/livez')).status).toBe(200);
      await closing;
    }));

  it('answers also what arrives just then on a connection that was idle for a moment', () =>
    withFixture({}, async ({ app, url }) => {
      const agent = new Agent({ keepAlive: true, maxSockets: 1 });
      await ask(url, agent, '/livez');
      const closing = closeGracefully(app);
      await eventually(() => expect(ask(url, new Agent(), '/livez')).rejects.toMatchObject({ code: 'ECONNREFUSED' }));
      expect(await ask(url, agent, '/livez')).toMatchObject({ status: 200, connection: 'close' });
      await closing;
    }));

  it('does not wait for idle connections, nor for those that never said a word', () =>
    withFixture({}, async ({ app, url }) => {
      const idle = new Agent({ keepAlive: true });
      await ask(url, idle, '/livez');
      const mute = connect(Number(new URL(url).port), '127.0.0.1');
      await new Promise((resolve) => mute.once('connect', resolve));
      const startedAt = performance.now();
      await closeGracefully(app);
      expect(performance.now() - startedAt).toBeLessThan(2_000);
      mute.destroy();
      idle.destroy();
    }));

  it('cuts what does not end within the grace', () =>
    withFixture({}, async ({ app, url }) => {
      const open = holdGate();
      const answer = ask(url, new Agent(), slow);
      const failure = answer.catch((error: unknown) => error);
      await eventually(() => expect(gate.arrived).toBe(1));
      await closeGracefully(app, { graceMs: 100 });
      expect(await failure).toMatchObject({ code: 'ECONNRESET' });
      open();
    }));
});

describe('onTerminationSignal', () => {
  it('stops at the first signal and forces at the second', () => {
    const signals = new EventEmitter();
    const calls: string[] = [];
    const forget = onTerminationSignal(
      (signal) => calls.push(`stop ${signal}`),
      (signal) => calls.push(`force ${signal}`),
      signals,
    );
    signals.emit('SIGINT', 'SIGINT');
    signals.emit('SIGTERM', 'SIGTERM');
    forget();
    expect(calls).toEqual(['stop SIGINT', 'force SIGTERM']);
    expect(signals.listenerCount('SIGINT')).toBe(0);
  });
});
