import type { FastifyBaseLogger } from 'fastify';

type Line = [object, string?];

/** The logger of one request, whose lines carry its id. It is made when it is first used: most requests have nothing to say. */
export class RequestLog implements FastifyBaseLogger {
  private made: FastifyBaseLogger | undefined;

  constructor(
    private readonly parent: FastifyBaseLogger,
    private readonly bindings: Record<string, unknown>,
  ) {}

  get level(): string {
    return this.parent.level;
  }

  fatal(...line: unknown[]): void {
    this.logger.fatal(...(line as Line));
  }

  error(...line: unknown[]): void {
    this.logger.error(...(line as Line));
  }

  warn(...line: unknown[]): void {
    this.logger.warn(...(line as Line));
  }

  info(...line: unknown[]): void {
    this.logger.info(...(line as Line));
  }

  debug(...line: unknown[]): void {
    this.logger.debug(...(line as Line));
  }

  trace(...line: unknown[]): void {
    this.logger.trace(...(line as Line));
  }

  silent(...line: unknown[]): void {
    this.logger.silent(...(line as Line));
  }

  child(...bindings: Parameters<FastifyBaseLogger['child']>): FastifyBaseLogger {
    return this.logger.child(...bindings);
  }

  private get logger(): FastifyBaseLogger {
    this.made ??= this.parent.child(this.bindings);
    return this.made;
  }
}
