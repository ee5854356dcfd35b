import type { Actor } from '../event-store/types.js';

/** All that a decision may know besides state and input: who, when, and on whose behalf. No clock and no randomness of its own. */
export type CommandMeta = {
  actor: Actor;
  now: Date;
  /** One id for all that follows from one request. */
  correlationId: string;
  causationId?: string;
  traceparent?: string;
};

/** What every command is: it names the stream that decides. */
export abstract class CommandBase {
  static readonly commandName: string;
  abstract readonly streamId: string;
  /** Set by the dispatcher before the bus sees it. */
  dispatch!: Dispatch;
}

/** How one command is to be run. */
export type Dispatch = {
  meta: CommandMeta;
  /** The client's clientMutationId with the input that it names; absent or empty means no key. */
  idempotency?: { key: string; input: unknown };
};

export type CommandClass<C extends CommandBase = CommandBase> = (new (...args: any[]) => C) & { commandName: string };

const declared = new Set<string>();
/** Names of all command classes that any loaded module declares; the start compares it with what aggregates list. */
export const declaredCommands = (): ReadonlySet<string> => declared;

/**
 * The base class of a command: `class CreateNamespace extends command('CreateNamespace') { … }`.
 * The name is part of the idempotency key and stands in logs, so it is written out and survives minifying.
 * @throws Error at load time for a name that another command has: one would run as the other.
 */
export function command(name: string) {
  if (declared.has(name)) throw new Error(`The command ${name} is declared twice.`);
  declared.add(name);
  abstract class NamedCommand extends CommandBase {
    static override readonly commandName = name;
  }
  return NamedCommand;
}
