import DataLoader from 'dataloader';

/**
 * Reads rows by key: all that one request asks for in the same moment with one statement. A fresh one stands in each request's context;
 * one that is never asked costs nothing. It keeps no rows, so what a mutation of the same request has changed is read anew.
 */
export class Loader<Key extends string, Row extends object> {
  private loader: DataLoader<Key, Row | null> | undefined;

  /**
   * @param readMany rows of these keys, in any order; what has no row is left out
   * @param keyOf the key of a row
   */
  constructor(
    private readonly readMany: (keys: readonly Key[]) => Promise<Row[]>,
    private readonly keyOf: (row: Row) => Key,
  ) {}

  load(key: Key): Promise<Row | null> {
    this.loader ??= new DataLoader((keys) => this.batch(keys), { cache: false });
    return this.loader.load(key);
  }

  /** As many as there are keys, in their order. */
  loadMany(keys: readonly Key[]): Promise<(Row | null)[]> {
    return Promise.all(keys.map((key) => this.load(key)));
  }

  private async batch(keys: readonly Key[]): Promise<(Row | null)[]> {
    const rows = await this.readMany([...new Set(keys)]);
    const byKey = new Map(rows.map((row) => [this.keyOf(row), row]));
    return keys.map((key) => byKey.get(key) ?? null);
  }
}
