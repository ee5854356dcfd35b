import { pino, type Logger, type LoggerOptions } from 'pino';
import pretty from 'pino-pretty';
import { redact, scrub } from './redact.js';

export type { Logger } from 'pino';

/** Injection token of the process's Logger. */
export const LOGGER = Symbol('waybill logger');

export type LogSettings = { logLevel: string; logFormat: 'auto' | 'json' | 'pretty' };

/** Where finished lines go; each ends with a line break. */
export type LogDestination = { write(line: string): void };

/**
 * The logger of the process. One JSON object per line, or coloured text in a terminal, written in this thread: a worker would lose the last
 * lines of a crash.
 *
 * Secrets are taken out twice: by name from the fields, and by look from the finished line, which also covers messages and stacks.
 */
export function createLogger(settings: LogSettings, destination?: LogDestination): Logger {
  const isPretty = settings.logFormat === 'pretty' || (settings.logFormat === 'auto' && Boolean(process.stdout.isTTY));
  const options: LoggerOptions = {
    level: settings.logLevel,
    base: { pid: process.pid },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: {
      level: (label) => ({ level: label }),
      log: (fields) => redact(fields) as Record<string, unknown>,
    },
    // Errors are plain objects by now; pino's own serializer would name them all "Object".
    serializers: { err: (error: unknown) => error },
    hooks: { streamWrite: scrub },
  };
  const target = isPretty ? prettyDestination(destination) : (destination ?? standardOutput());
  return guardChildren(pino(options, target));
}

/**
 * Writes the lines of one turn of the event loop together, at its end: under load a system call for each line would cost more than the
 * line itself. What ends the process in whatever way of its own, a crash included, writes what is held.
 */
function standardOutput(): LogDestination {
  const output = pino.destination({ dest: process.stdout.fd, sync: true });
  let held = '';
  const flush = () => {
    if (held !== '') output.write(held);
    held = '';
  };
  process.once('exit', flush);
  return {
    write(line) {
      if (held === '') setImmediate(flush);
      held += line;
    },
  };
}

function prettyDestination(destination?: LogDestination): LogDestination {
  const out = destination ?? process.stdout;
  const format = pretty.prettyFactory({
    colorize: !destination && Boolean(process.stdout.isTTY),
    translateTime: 'SYS:HH:MM:ss.l',
    ignore: 'pid',
  });
  return { write: (line) => void out.write(format(line)) };
}

/** pino does not pass the fields of a child logger through `formatters`. Children inherit the replaced method. */
function guardChildren(logger: Logger): Logger {
  const makeChild = logger.child;
  logger.child = function (this: Logger, bindings: object, options?: object) {
    return makeChild.call(this, redact(bindings) as Record<string, unknown>, options);
  } as typeof logger.child;
  return logger;
}
