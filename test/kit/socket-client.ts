import { once } from 'node:events';
import { type ClientOptions, WebSocket } from 'ws';
import { eventually } from './eventually.js';

export type SocketOptions = ClientOptions & { subprotocols?: string[] };

export type RawSocket = {
  socket: WebSocket;
  /** All that arrived so far, parsed. */
  messages: any[];
  send(message: object): void;
  /** Waits for the next message that has these fields, and forgets all up to it. */
  next(fields: object): Promise<any>;
  /** The end of the connection. */
  closed: Promise<{ code: number; reason: string }>;
};

/**
 * Opens a WebSocket that speaks no protocol by itself.
 * @throws Error with the HTTP status when the server refuses.
 */
export async function openSocket(
  url: string,
  { subprotocols = ['graphql-transport-ws'], ...options }: SocketOptions = {},
): Promise<RawSocket> {
  const socket = new WebSocket(url, subprotocols, options);
  const messages: any[] = [];
  socket.on('message', (data) => messages.push(JSON.parse(String(data))));
  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    socket.once('close', (code, reason) => resolve({ code, reason: String(reason) }));
  });
  await once(socket, 'open');
  // Later failures end in 'close'.
  socket.on('error', () => undefined);
  const next = (fields: object) =>
    eventually(() => {
      const index = messages.findIndex((message) => holds(message, fields));
      if (index < 0) throw new Error(`No ${JSON.stringify(fields)} among ${JSON.stringify(messages).slice(0, 500)}`);
      return messages.splice(0, index + 1).at(-1);
    });
  return { socket, messages, closed, next, send: (message) => socket.send(JSON.stringify(message)) };
}

/** The same, and says who it is. */
export async function openSession(
  url: string,
  { payload, ...options }: SocketOptions & { payload?: object } = {},
): Promise<RawSocket> {
  const raw = await openSocket(url, options);
  raw.send({ type: 'connection_init', ...(payload && { payload }) });
  await raw.next({ type: 'connection_ack' });
  return raw;
}

function holds(message: Record<string, unknown>, fields: object): boolean {
  return Object.entries(fields).every(([name, value]) => message[name] === value);
}
