import type { EventTypes } from '../event-store/event-types.js';
import type { Event, Recorded } from '../event-store/types.js';
import type { Job } from '../tasks/task.js';

/** What follows from an event: jobs, or nothing. Pure: the same event always gives the same jobs. */
export type Reaction<E extends Event> = (event: Recorded<E>) => Job | Job[] | null;

export type Reactor<E extends Event<string, any> = any> = {
  kind: 'reactor';
  name: string;
  /** The name of its checkpoints. A reactor keeps nothing that could be built anew, so it has no version. */
  versionedName: string;
  from: 'now' | 'beginning';
  inOrder: boolean;
  events: EventTypes;
  on: { [Type in E['type']]?: Reaction<Extract<E, { type: Type }>> };
};

/** All reactors that any loaded module declares; the start compares it with what the silos registered. */
const declared = new Set<Reactor>();
export const declaredReactors = (): ReadonlySet<Reactor> => declared;

/**
 * Turns events into jobs, each event once. The jobs are added in the transaction that moves the reactor's checkpoint.
 * @param options.name what it does: `SendInviteEmail`. For ever, like a wire type: under another name it would begin anew
 * @param options.from `now`: events from the moment at which a server first ran it; `beginning`: the whole log
 * @param options.inOrder jobs of one stream run one after the other, in the order of its events, as long as none must be tried again
 * @throws Error at load time for a name that is no class-like word, or a handler of an unknown event type
 */
export function reactor<E extends Event<string, any>>(options: {
  name: string;
  from: 'now' | 'beginning';
  inOrder?: boolean;
  events: EventTypes;
  on: Reactor<E>['on'];
}): Reactor<E> {
  const { name, from, inOrder = false, events, on } = options;
  // Never the name of a read table (`users_v1`), and short enough for keys and queues.
  if (!/^[A-Z][A-Za-z0-9]{2,62}$/.test(name)) throw new Error(`${name} is no name for a reactor: SendInviteEmail.`);
  const unknown = Object.keys(on).find((type) => !events[type]);
  if (unknown) throw new Error(`Reactor ${name}: ${unknown} is not among its event types.`);
  const made: Reactor<E> = { kind: 'reactor', name, versionedName: name, from, inOrder, events, on };
  declared.add(made);
  return made;
}
