import type { EventTypes } from '../event-store/event-types.js';
import type { Event } from '../event-store/types.js';
import type { CommandBase, CommandClass, CommandMeta } from './command.js';
import type { Decision } from './decision.js';

/** Guards first, then the facts. Pure. @throws Refusal for an expected no. */
export type Decide<State, E extends Event<string, any>, C extends CommandBase> = (
  state: State,
  command: C,
  meta: CommandMeta,
) => Decision<E>;

export type Aggregate<State = any, E extends Event<string, any> = any> = {
  /** `namespace`: the stream ids are `namespace-<number>`. */
  name: string;
  events: EventTypes;
  initialState: State;
  evolve: (state: State, event: E) => State;
  decisions: [CommandClass<any>, Decide<State, E, any>][];
  snapshot?: SnapshotPolicy;
};

/** A cache of the state for long streams. Raise `stateVersion` whenever the state's shape or `evolve` changes. */
export type SnapshotPolicy = {
  stateVersion: number;
  everyEvents: number;
  /** Said by an aggregate whose events have sealed fields that `evolve` leaves alone. */
  stateHoldsNothingSealed?: true;
};

const declared = new Set<Aggregate>();
export const declaredAggregates = (): ReadonlySet<Aggregate> => declared;

/**
 * Ties an aggregate's pure parts together; the silo's module registers it once.
 * @throws Error at load time for a snapshot of a state with sealed values: it would outlive the erasure of its subject.
 */
export function aggregate<State, E extends Event<string, any>>(options: Aggregate<State, E>): Aggregate<State, E> {
  const sealed = Object.entries(options.events).find(([, type]) => type.sealed?.length);
  if (options.snapshot && sealed && !options.snapshot.stateHoldsNothingSealed)
    throw new Error(`${options.name}: ${sealed[0]} has sealed fields, so its state has no snapshots.`);
  declared.add(options);
  return options;
}

/** Lists one command with its decide function; the compiler checks that they fit. */
export function decides<State, E extends Event<string, any>, C extends CommandBase>(
  commandClass: CommandClass<C>,
  decide: Decide<State, E, C>,
): [CommandClass<C>, Decide<State, E, C>] {
  return [commandClass, decide];
}

/** The stream of the nth thing of a kind. */
export const streamIdOf = (name: string, number: number): string => `${name}-${number}`;

/** The number in a stream's id. */
export const numberOf = (streamId: string): number => Number(streamId.slice(streamId.lastIndexOf('-') + 1));
