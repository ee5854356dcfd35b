import { sealFields, subjectsOf, unsealFields } from '../crypto/sealed.js';
import type { DataKeys, OpenedKey } from './data-keys.js';
import { upcast, type EventTypes } from './event-types.js';
import { refuse } from '../errors/core.errors.js';
import type { Event, JsonObject, Recorded, StoredEvent, WrappedDataKey } from './types.js';

/** Between events as the product knows them and as the log holds them: schema versions and sealed values. */
export class EventCodec {
  constructor(private readonly dataKeys: DataKeys) {}

  /**
   * Unseals and upcasts. One statement for all data keys of the page, none when nothing is sealed.
   * An event that cannot be read does not fail the page: its `data` throws when it is looked at, so only its own stream is parked.
   */
  async decode(types: EventTypes, stored: StoredEvent[]): Promise<Recorded[]> {
    const subjects = stored.flatMap((event) => {
      const sealed = types[event.type]?.sealed;
      return sealed ? subjectsOf(sealed, event.data) : [];
    });
    const keys = await this.dataKeys.find([...new Set(subjects)]);
    return this.decodeWith(types, stored, keys);
  }

  /** The same with keys that are at hand. */
  decodeWith(types: EventTypes, stored: StoredEvent[], keys: Map<string, OpenedKey>): Recorded[] {
    return stored.map((event) => {
      const { schemaVersion: _, ...recorded } = event;
      try {
        return { ...recorded, data: openData(types, event, keys) };
      } catch (error) {
        return Object.defineProperty(recorded, 'data', {
          get() {
            throw error;
          },
        });
      }
    });
  }

  /** Seals what the types say. Makes data keys for subjects that have none yet; the append stores them with the events. */
  seal(
    types: EventTypes,
    streamId: string,
    events: Event<string, any>[],
    known: Map<string, OpenedKey>,
  ): { data: JsonObject[]; newKeys: WrappedDataKey[] } {
    const newKeys: WrappedDataKey[] = [];
    const keys = new Map(known);
    const keyFor = (subject: string): Buffer => {
      const found = keys.get(subject);
      if (found === 'erased') throw refuse('ERASED');
      if (found) return found;
      const { key, stored } = this.dataKeys.make(subject);
      newKeys.push(stored);
      keys.set(subject, key);
      return key;
    };
    const data = events.map((event) => {
      const type = types[event.type]!;
      if (!type.sealed || !type.sealed.some((field) => event.data[field] != null)) return event.data;
      const subject = type.subject?.(event.data) ?? streamId;
      return sealFields(event.type, type.sealed, event.data, { subject, key: keyFor(subject) });
    });
    return { data, newKeys };
  }
}

function openData(types: EventTypes, event: StoredEvent, keys: Map<string, OpenedKey>): JsonObject {
  const sealed = types[event.type]?.sealed;
  const open = sealed ? unsealFields(event.type, sealed, event.data, (subject) => keys.get(subject)) : event.data;
  return upcast(types, event.type, event.schemaVersion, open);
}
