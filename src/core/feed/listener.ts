import pg from 'pg';

export type Backend = {
  pid: number;
  /** As Postgres prints it, to the microsecond: together with the pid it names this connection for ever. */
  startedAt: string;
};

export type ListenerOptions = {
  url: string;
  /** The longest pause between two attempts to connect. */
  maxBackoffMs?: number;
  /** Hears why a connection was lost or refused. */
  onError?: (error: Error) => void;
};

/** `payload` is null when the connection is new: anything may have been missed before. */
export type NotificationHandler = (payload: string | null) => void;

const FIRST_BACKOFF_MS = 50;
const DEFAULT_MAX_BACKOFF_MS = 5_000;
const KEEP_ALIVE_AFTER_MS = 10_000;

/**
 * The one LISTEN connection of this process. Notifications only wake: a lost one costs a moment, never an event, for
 * readers poll as well and every new connection wakes all handlers.
 */
export class Listener {
  private readonly handlers = new Map<string, Set<NotificationHandler>>();
  private readonly lostHandlers: (() => void)[] = [];
  private client?: pg.Client;
  private current: Backend | null = null;
  private stopped = false;
  private backoffMs = FIRST_BACKOFF_MS;
  private retry?: NodeJS.Timeout;

  constructor(private readonly options: ListenerOptions) {}

  /** This process as Postgres sees it, null while not connected. Others can look whether it lives. */
  get backend(): Backend | null {
    return this.current;
  }

  /** Connects. @throws Error when the first attempt fails; later losses are mended in the background. */
  async start(): Promise<void> {
    await this.connect();
  }

  /** Calls the handler for each notification on the channel, and with null after each reconnect. Returns the way out. */
  on(channel: string, handler: NotificationHandler): () => void {
    const known = this.handlers.get(channel);
    if (known) known.add(handler);
    else {
      this.handlers.set(channel, new Set([handler]));
      // A failure here is a lost connection, whose end is handled, and the next one listens to all channels.
      this.listen([channel]).catch(() => undefined);
    }
    return () => this.handlers.get(channel)?.delete(handler);
  }

  /** Calls the handler whenever the connection has ended, before anything can be asked of a database that came back. */
  onLost(handler: () => void): void {
    this.lostHandlers.push(handler);
  }

  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.retry);
    await this.client?.end().catch(() => undefined);
  }

  private async connect(): Promise<void> {
    const client = new pg.Client({
      connectionString: this.options.url,
      application_name: 'waybill listener',
      keepAlive: true,
      keepAliveInitialDelayMillis: KEEP_ALIVE_AFTER_MS,
    });
    this.client = client;
    client.on('error', (error) => this.options.onError?.(error));
    client.on('notification', ({ channel, payload }) => this.emit(channel, payload ?? ''));
    await client.connect();
    if (this.stopped) return client.end();
    // Only a connection that stood is retried from its end; a failed attempt rejects above.
    client.on('end', () => this.lost());
    const { rows } = await client.query<Backend>(
      `SELECT pid, backend_start::text AS "startedAt" FROM pg_stat_activity WHERE pid = pg_backend_pid()`,
    );
    await this.listen([...this.handlers.keys()]);
    this.current = rows[0]!;
    this.backoffMs = FIRST_BACKOFF_MS;
    for (const channel of this.handlers.keys()) this.emit(channel, null);
  }

  private async listen(channels: string[]): Promise<void> {
    for (const channel of channels) await this.client?.query(`LISTEN ${pg.escapeIdentifier(channel)}`);
  }

  private emit(channel: string, payload: string | null): void {
    for (const handler of this.handlers.get(channel) ?? []) handler(payload);
  }

  private lost(): void {
    this.current = null;
    if (this.stopped) return;
    for (const handler of this.lostHandlers) handler();
    clearTimeout(this.retry);
    const pauseMs = this.backoffMs * (0.5 + Math.random() / 2);
    this.backoffMs = Math.min(this.backoffMs * 2, this.options.maxBackoffMs ?? DEFAULT_MAX_BACKOFF_MS);
    this.retry = setTimeout(() => {
      this.connect().catch((error: Error) => {
        this.options.onError?.(error);
        this.lost();
      });
    }, pauseMs);
  }
}
