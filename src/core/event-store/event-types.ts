import type { Event, JsonObject } from './types.js';

/** One wire type: its newest schema version, how older ones are read, and which of its fields are sealed. */
export type EventType = {
  version: number;
  /** Field names whose values are encrypted with the data key of the subject (default subject: the stream). */
  sealed?: readonly string[];
  /** Names the subject of the sealed fields when it is not the stream itself. Sees the data with its fields still open. */
  subject?: (data: JsonObject) => string;
  /** From schema version n to n + 1, applied in turn on read. Pure. */
  upcast?: Record<number, (data: JsonObject) => JsonObject>;
};

export type EventTypes = Readonly<Record<string, EventType>>;

/**
 * Declares all wire types of one aggregate. The compiler demands every type of the union.
 * @throws Error at load time when an upcast step is missing, for such a log could not be read.
 */
export function eventTypes<E extends Event<string, unknown>>(types: Record<E['type'], EventType>): EventTypes {
  for (const [name, type] of Object.entries<EventType>(types)) {
    for (let from = 1; from < type.version; from++) {
      if (!type.upcast?.[from]) throw new Error(`${name}: no upcast from schema version ${from} to ${from + 1}.`);
    }
  }
  return types;
}

/**
 * Brings stored data to the newest schema.
 * @throws Error for an unknown type, or one written by a newer Waybill.
 */
export function upcast(types: EventTypes, type: string, schemaVersion: number, data: JsonObject): JsonObject {
  const known = types[type];
  if (!known) throw new Error(`Unknown event type ${type}.`);
  if (schemaVersion > known.version) {
    throw new Error(`${type} has schema version ${schemaVersion}; this Waybill knows ${known.version}.`);
  }
  let current = data;
  for (let from = schemaVersion; from < known.version; from++) current = known.upcast![from]!(current);
  return current;
}
