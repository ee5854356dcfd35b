/** What a socket may do. Times in milliseconds. The README says why each has its size. */
export const socketLimits = {
  /** One message of a client: a text and its variables. What needs more goes over HTTP. */
  messageBytes: 64 * 1024,
  /** Operations of one socket at once, with those that were stopped and have not ended yet. */
  operations: 32,
  connectionsPerAddress: 100,
  connections: 5_000,
  /** From the opening to `connection_init`. */
  initTimeoutMs: 10_000,
  /** Without an operation. Looked at with each ping. */
  idleTimeoutMs: 5 * 60_000,
  /** Between two ping frames. The old protocol's client gives up after 30 s without a keep-alive message, others after 80 s of silence. */
  pingMs: 20_000,
  /** Ping frames in a row that may stay unanswered. */
  missedPongs: 2,
  /** Bytes that wait for a client to read them, before the next message is written. */
  bufferedBytes: 1024 * 1024,
  /** At a shutdown: for queries and mutations under way, and again for the client's part of the closing handshake. */
  closeTimeoutMs: 5_000,
} as const;

export type SocketLimits = { readonly [Name in keyof typeof socketLimits]: number };
