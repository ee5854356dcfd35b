import { ImportRefused } from '../core/bundle/empty-store.js';
import { BundleRefused } from '../core/bundle/format.js';
import { ConfigError } from '../core/config/config.js';
import { InvalidKeyRing, UnknownRingKey } from '../core/crypto/key-ring.js';
import { Refusal } from '../core/errors/refusal.js';
import { StartupError } from '../core/postgres/startup-error.js';

/** What the exit codes of every command mean. */
export const exitCodes = {
  ok: 0,
  /** The command could not do its work. */
  failed: 1,
  /** The command line or a setting is wrong. */
  usage: 2,
  /** What was asked for does not exist. */
  notFound: 3,
  /** The work is done and found something wrong: parked streams, a difference. */
  findings: 4,
} as const;

/** Ends a command with a message for people and a code for scripts. */
export class CommandFailure extends Error {
  override readonly name = 'CommandFailure';
  constructor(
    message: string,
    readonly exitCode: number = exitCodes.failed,
  ) {
    super(message);
  }
}

/** The command was told to end and did not by itself: the process ends, whatever still runs. */
export class Interrupted extends CommandFailure {
  constructor() {
    super('Interrupted.');
  }
}

/** Their message says all that there is to say. */
const expected = [StartupError, InvalidKeyRing, BundleRefused, ImportRefused];

/** One line per problem, without a stack when the cause is known. @returns the exit code. */
export function reportFailure(error: unknown): number {
  if (error instanceof CommandFailure) return say(error.message, error.exitCode);
  if (error instanceof ConfigError) return say(error.problems.join('\n'), exitCodes.usage);
  if (error instanceof Refusal)
    return say(
      `${error.message} (${error.code}${error.details.rule ? `: ${error.details.rule}` : ''})`,
      exitCodes.failed,
    );
  if (expected.some((type) => error instanceof type)) return say((error as Error).message, exitCodes.failed);
  if (error instanceof UnknownRingKey)
    return say(
      `${error.message} Give the ring that this database was made with (WAYBILL_KEYS, or the file "keys" in the data folder).`,
      exitCodes.failed,
    );
  return say(error instanceof Error ? (error.stack ?? error.message) : String(error), exitCodes.failed);
}

function say(message: string, code: number): number {
  process.stderr.write(`${message}\n`);
  return code;
}
