/**
 * A stream of what `change` makes of each item. Not a generator: the `return` of one waits for the item under way, so a quiet source would
 * never be told to end.
 */
export function mapStream<From, To>(
  source: AsyncIterable<From>,
  change: (item: From) => Promise<To>,
): AsyncIterableIterator<To> {
  const iterator = source[Symbol.asyncIterator]();
  const changed = async ({ done, value }: IteratorResult<From>): Promise<IteratorResult<To>> =>
    done ? { done, value: undefined } : { done: false, value: await change(value) };
  return {
    next: async () => changed(await iterator.next()),
    return: async () => {
      await iterator.return?.();
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
