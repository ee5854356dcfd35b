import { CloseCode } from 'graphql-ws';
import { WebSocket } from 'ws';
import type { SocketLimits } from './limits.js';

/** One WebSocket, whatever is spoken on it: text only, bounded writing, pings, and an end that is always reached. */
export class Connection {
  /** Why the server ended it, for the log; undefined when the client did. */
  cause: string | undefined;
  /** The close code, once the connection is gone: 1006 when it was cut. */
  readonly closed: Promise<number>;
  private unanswered = 0;

  constructor(
    private readonly socket: WebSocket,
    private readonly limits: SocketLimits,
  ) {
    socket.on('pong', () => (this.unanswered = 0));
    // A message that is too large or no frame at all; the library closes the socket with the code for it.
    socket.on('error', (error) => (this.cause ??= error.message));
    this.closed = new Promise((resolve) => socket.once('close', resolve));
  }

  get isOpen(): boolean {
    return this.socket.readyState === WebSocket.OPEN;
  }

  /** @param receive gets each text that arrives while the socket is open */
  onMessage(receive: (text: string) => void): void {
    this.socket.on('message', (data, isBinary) => {
      if (!this.isOpen) return;
      if (isBinary) return this.close(CloseCode.BadRequest, 'Send text');
      // With the default binary type the data is one Buffer.
      receive((data as Buffer).toString());
    });
  }

  /**
   * Writes a message when the socket is open. A client that does not read what was written is cut off before it costs more memory.
   * @returns when the operating system has taken it, so that whoever has more to say waits; never rejects.
   */
  async send(text: string): Promise<void> {
    if (!this.isOpen) return;
    if (this.socket.bufferedAmount > this.limits.bufferedBytes) return this.cut('Slow client');
    await new Promise<void>((resolve) => this.socket.send(text, () => resolve()));
  }

  /** Pings a client, or cuts it off when it has not answered the last ones. */
  ping(): void {
    if (this.unanswered >= this.limits.missedPongs) return this.cut('No answer to pings');
    this.unanswered += 1;
    this.socket.ping();
  }

  /** Says why and ends. Whoever does not answer that is cut off after `closeTimeoutMs`. Does nothing when it is closed already. */
  close(code: number, reason: string): void {
    if (!this.isOpen) return;
    this.cause = reason;
    this.socket.close(code, reason);
  }

  private cut(cause: string): void {
    this.cause = cause;
    this.socket.terminate();
  }
}
