import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What waits in `wasmer login` for the browser: it answers a preflight, takes one POST, and ends with an error at anything else. */
export type CallbackServer = {
  /** `http://localhost:<port>` */
  url: string;
  /** All requests so far: method and body. */
  requests: { method: string; body: string }[];
  close(): Promise<void>;
};

export async function startCallbackServer(): Promise<CallbackServer> {
  const requests: CallbackServer['requests'] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (data) => (body += String(data)));
    request.on('end', () => {
      const method = request.method!;
      requests.push({ method, body });
      response.writeHead(['OPTIONS', 'POST'].includes(method) ? 200 : 405, {
        'access-control-allow-origin': '*',
        'access-control-allow-headers': 'Content-Type',
        'access-control-allow-methods': 'POST, OPTIONS',
      });
      response.end('OK');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://localhost:${(server.address() as AddressInfo).port}`,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
