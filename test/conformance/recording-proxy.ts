import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import type { WireExchange } from './exchange.js';
import { plain, send, unpacked } from './wire.js';

export type RecordingProxy = {
  /** What the client is told, and the server's public URL: so that files go through it, too. */
  url: string;
  /** Where requests go. */
  forwardTo(url: string): void;
  /** What went through since it was last asked, in the order of the requests. */
  taken(): WireExchange[];
  close(): Promise<void>;
};

export async function startRecordingProxy(): Promise<RecordingProxy> {
  let target = '';
  let exchanges: WireExchange[] = [];
  const server = createServer(async (incoming, outgoing) => {
    const { method, url, headers } = incoming;
    const request = { method: method!, path: url!, headers: plain(headers), body: await buffer(incoming) };
    const at = exchanges.push(undefined as never) - 1;
    const answer = await send(target, { ...request, headers: endToEnd(request.headers) });
    exchanges[at] = { request, answer: unpacked(answer) };
    outgoing.writeHead(answer.status, { ...endToEnd(answer.headers), 'content-length': answer.body.length });
    outgoing.end(answer.body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    forwardTo: (url) => void (target = url),
    taken: () => {
      const taken = exchanges;
      exchanges = [];
      return taken;
    },
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

/** Without what says how the body comes over one connection: it is sent on in one piece. */
function endToEnd(headers: Record<string, string>): Record<string, string> {
  const hopByHop = new Set(['transfer-encoding', 'connection']);
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !hopByHop.has(name)));
}
