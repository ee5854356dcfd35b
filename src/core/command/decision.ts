import type { Condition, Event } from '../event-store/types.js';
import type { Refusal } from '../errors/refusal.js';

/**
 * Something that only one stream can hold at a time. Decisions name it in plain words; the dispatcher makes the key.
 * A personal value (an e-mail address) is stored as a keyed hash only.
 */
export type Claim = { kind: string; value: string; personal?: boolean; taken: () => Refusal };

/** One event with the claims that it takes and releases. */
export type Fact<E extends Event<string, any> = Event> = { event: E; claims?: { take?: Claim[]; release?: Claim[] } };

/** What a command comes to: facts for its own stream, and what must hold of other streams when they are written. */
export type Decision<E extends Event<string, any> = Event> = {
  facts: Fact<E>[];
  conditions: Condition[];
  /** The personal data of the stream's subject becomes unreadable in the same transaction. */
  eraseSubject: boolean;
};

type Part<E extends Event<string, any>> =
  Fact<E> | { require: Condition } | { eraseSubject: true } | false | undefined | null;

/** Collects facts and requirements; what is false, undefined or null is left out, so a decide function reads as a list of ifs. */
export function decision<E extends Event<string, any>>(...parts: Part<E>[]): Decision<E> {
  const made: Decision<E> = { facts: [], conditions: [], eraseSubject: false };
  for (const part of parts) {
    if (!part) continue;
    if ('event' in part) made.facts.push(part);
    else if ('require' in part) made.conditions.push(part.require);
    else made.eraseSubject = true;
  }
  return made;
}
