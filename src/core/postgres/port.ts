import { createServer } from 'node:net';

/** The wished port if nobody listens on it on 127.0.0.1, or else a free one that the system picks. It can be taken before it is used. */
export async function freePort(wished: number | undefined): Promise<number> {
  return (wished && (await tryPort(wished))) || (await tryPort(0))!;
}

function tryPort(port: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(undefined));
    server.listen(port, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : undefined));
    });
  });
}
