import type { IncomingMessage } from 'node:http';

/** The body of a request, read piece by piece, which can be left in the middle without cutting the connection. */
export class Body {
  private readonly iterator: AsyncIterator<Uint8Array>;

  constructor(private readonly raw: IncomingMessage) {
    this.iterator = raw[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>;
  }

  /** Null when the sender does not say. */
  get sizeBytes(): number | null {
    const header = this.raw.headers['content-length'];
    return header === undefined ? (this.raw.headers['transfer-encoding'] ? null : 0) : Number(header);
  }

  /** The pieces that nobody has read yet. @throws the signal's reason as soon as it is aborted; Error when the connection breaks */
  async *pieces(signal: AbortSignal): AsyncGenerator<Uint8Array> {
    // One listener for all pieces: racing each of them with a promise that never settles would keep all of them in memory.
    let fail: (reason: unknown) => void = () => undefined;
    const listener = () => fail(signal.reason);
    signal.addEventListener('abort', listener);
    try {
      for (;;) {
        signal.throwIfAborted();
        const next = await new Promise<IteratorResult<Uint8Array>>((resolve, reject) => {
          fail = reject;
          this.iterator.next().then(resolve, reject);
        });
        if (next.done) return;
        yield next.value;
      }
    } finally {
      signal.removeEventListener('abort', listener);
    }
  }

  /**
   * Reads on without looking, so that a client that sends its body before it reads gets its answer, and the connection can be used again.
   * @param mostBytes a sender that goes on beyond that is cut off
   */
  async discard(mostBytes: number): Promise<void> {
    let bytes = 0;
    for (let next = await this.iterator.next(); !next.done; next = await this.iterator.next()) {
      bytes += next.value.length;
      if (bytes > mostBytes) return void this.raw.socket.destroy();
    }
  }
}
