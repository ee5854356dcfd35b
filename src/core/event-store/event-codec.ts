import { sealFields, subjectsOf, unsealFields } from '../crypto/sealed.js';
import type { DataKeys, OpenedKey } from './data-keys.js';
import { upcast, type EventType, type EventTypes } from './event-types.js';
import { refuse } from '../errors/core.errors.js';
import { assertStorable } from './text.js';
import type { Event, JsonObject, Recorded, StoredEvent, WrappedDataKey } from './types.js';

/** Between events as the product knows them and as the log holds them: schema versions and sealed values. */
export class EventCodec {
  constructor(private readonly dataKeys: DataKeys) {}

  /**
   * Unseals and upcasts. One statement for all data keys of the page, none when nothing is sealed.
   * An event that cannot be read does not fail the page: its `data` throws when it is looked at, so only its own stream is parked.
   */
  async decode(types: EventTypes, stored: StoredEvent[]): Promise<Recorded[]> {
    return this.decodeWith(types, stored, await this.keysFor(types, stored));
  }

  /** The known keys, with those that the events need beside them: one statement, none when nothing is missing. */
  async keysFor(
    types: EventTypes,
    stored: StoredEvent[],
    known: Map<string, OpenedKey> = new Map(),
  ): Promise<Map<string, OpenedKey>> {
    const missing = stored
      .flatMap((event) => subjectsOf(types[event.type]?.sealed ?? [], event.data))
      .filter((subject) => !known.has(subject));
    if (missing.length === 0) return known;
    return new Map([...known, ...(await this.dataKeys.find([...new Set(missing)]))]);
  }

  /** The same with keys that are at hand. */
  decodeWith(types: EventTypes, stored: StoredEvent[], keys: Map<string, OpenedKey>): Recorded[] {
    return stored.map((event) => {
      try {
        return recorded(event, openData(types, event, keys));
      } catch (error) {
        return Object.defineProperty(recorded(event, event.data), 'data', {
          get() {
            throw error;
          },
        });
      }
    });
  }

  /**
   * Seals what the types say. Makes data keys for subjects that have none yet; the append stores them with the events.
   * @param known the keys of the stream's own subject and of those in its events; other subjects' keys are looked up
   * @throws Refusal ERASED for a subject whose key was destroyed, INVALID_TEXT for a text that no read table can hold
   */
  async seal(
    types: EventTypes,
    streamId: string,
    events: Event<string, any>[],
    known: ReadonlyMap<string, OpenedKey>,
  ): Promise<SealedEvents> {
    const subjects = events.map((event) => subjectToSeal(types[event.type]!, streamId, event.data));
    const elsewhere = subjects.filter(
      (subject) => subject !== null && subject !== streamId && !known.has(subject),
    ) as string[];
    const keys = new Map([...known, ...(await this.dataKeys.find([...new Set(elsewhere)]))]);
    const newKeys: WrappedDataKey[] = [];
    const keyFor = (subject: string): Buffer => {
      const found = keys.get(subject);
      if (found) return usable(found);
      const { key, stored } = this.dataKeys.make(subject);
      newKeys.push(stored);
      keys.set(subject, key);
      return key;
    };
    const data = events.map((event, index) => {
      const subject = subjects[index]!;
      if (subject === null) return event.data;
      // The append sees only ciphertext here; a read model would meet the character later and park the stream.
      assertStorable(event.data, '');
      return sealFields(event.type, types[event.type]!.sealed!, event.data, { subject, key: keyFor(subject) });
    });
    return { data, newKeys };
  }
}

/** Data as the log holds it, in the order of the events, and the keys that must be stored with it. */
export type SealedEvents = { data: JsonObject[]; newKeys: WrappedDataKey[] };

/** Field by field, for every event that is read comes through here: spreading it costs several times as much. */
function recorded(event: StoredEvent, data: JsonObject): Recorded {
  return {
    type: event.type,
    data,
    streamId: event.streamId,
    streamVersion: event.streamVersion,
    position: event.position,
    partition: event.partition,
    metadata: event.metadata,
    occurredAt: event.occurredAt,
  };
}

/** Null when there is nothing to seal. */
function subjectToSeal(type: EventType, streamId: string, data: JsonObject): string | null {
  if (!type.sealed?.some((field) => data[field] != null)) return null;
  return type.subject?.(data) ?? streamId;
}

function usable(key: OpenedKey): Buffer {
  if (key === 'erased') throw refuse('ERASED');
  if (key instanceof Error) throw key;
  return key;
}

function openData(types: EventTypes, event: StoredEvent, keys: ReadonlyMap<string, OpenedKey>): JsonObject {
  const sealed = types[event.type]?.sealed;
  const keyOf = (subject: string) => {
    const key = keys.get(subject);
    if (key instanceof Error) throw key;
    return key;
  };
  const open = sealed ? unsealFields(event.type, sealed, event.data, keyOf) : event.data;
  return upcast(types, event.type, event.schemaVersion, open);
}
