type Result<T> = IteratorResult<T, undefined>;
type Reader<T> = { resolve(result: Result<T>): void; reject(error: Error): void };

/**
 * Items from whoever has them to one reader. Not a generator: the `return` of one waits until the item under way is there, and a reader of a
 * quiet source would never get away.
 */
export class Queue<T> {
  private readonly items: T[] = [];
  private reader: Reader<T> | undefined;
  private failure: Error | undefined;
  private ended = false;

  get length(): number {
    return this.items.length;
  }

  /** Does nothing after `end`. */
  push(item: T): void {
    if (this.ended) return;
    if (this.reader) this.answer(({ resolve }) => resolve({ done: false, value: item }));
    else this.items.push(item);
  }

  /**
   * Forgets what nobody has read. A reader who waits is told at once that there is no more.
   * @param failure thrown to the reader, once, in place of the end
   */
  end(failure?: Error): void {
    if (this.ended) return;
    this.ended = true;
    this.items.length = 0;
    this.failure = failure;
    if (this.reader) this.answer(({ resolve, reject }) => void this.next().then(resolve, reject));
  }

  /** For one reader, who waits for an answer before asking again. */
  async next(): Promise<Result<T>> {
    if (this.items.length > 0) return { done: false, value: this.items.shift()! };
    if (!this.ended) return new Promise((resolve, reject) => (this.reader = { resolve, reject }));
    const { failure } = this;
    this.failure = undefined;
    if (failure) throw failure;
    return { done: true, value: undefined };
  }

  private answer(how: (reader: Reader<T>) => void): void {
    const reader = this.reader!;
    this.reader = undefined;
    how(reader);
  }
}
