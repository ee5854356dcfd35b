import type { IHeaders, Message } from 'kafkajs';
import type { EventMetadata, JsonObject, StoredEvent } from '../../event-store/types.js';
import type { ConveyedEvent } from '../conveyor.js';

/** What a message of the topic says: an event of this log, one that belongs to another, or nothing that can be read. */
export type Decoded =
  | { kind: 'event'; event: ConveyedEvent }
  | { kind: 'foreign'; incarnation: string }
  | { kind: 'malformed'; reason: string };

/** A message as Kafka hands it over; what is repeated under one name comes as an array. */
export type ReceivedMessage = { key: Buffer | null; value: Buffer | null; headers?: IHeaders };

/** The most that stands around key, value and headers of a record in a batch: lengths, offsets, the count of headers. */
const RECORD_OVERHEAD_BYTES = 64;
const HEADER_OVERHEAD_BYTES = 10;

/**
 * An event as a message: CloudEvents 1.0 in the binary mode of its Kafka protocol binding, attributes as headers `ce_…`, the data as the
 * value. What the specification has no name for are extension attributes, which are lower case letters and digits only; `sequence`,
 * `traceparent`, `correlationid` and `causationid` are extensions that it documents.
 * The data is as it stands in the log: sealed values stay sealed.
 * @see https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/kafka-protocol-binding.md
 * @param predecessor position of the event before it in the same partition; 0 for the first
 */
export function messageOf(event: StoredEvent, predecessor: number, incarnation: string): Message {
  const { metadata } = event;
  const position = String(event.position);
  return {
    key: event.streamId,
    value: Buffer.from(JSON.stringify(event.data)),
    partition: event.partition,
    headers: {
      ce_specversion: '1.0',
      // Source and id together name an event for ever.
      ce_id: position,
      ce_source: `urn:uuid:${incarnation}`,
      ce_type: event.type,
      ce_subject: event.streamId,
      ce_time: event.occurredAt.toISOString(),
      'content-type': 'application/json',
      ce_incarnation: incarnation,
      ce_position: position,
      ce_predecessor: String(predecessor),
      ce_partition: String(event.partition),
      ce_sequence: String(event.streamVersion),
      ce_schemaversion: String(event.schemaVersion),
      ce_correlationid: metadata.correlationId,
      ...(metadata.causationId !== undefined && { ce_causationid: metadata.causationId }),
      ...(metadata.traceparent !== undefined && { ce_traceparent: metadata.traceparent }),
      ce_metadata: JSON.stringify(metadata),
    },
  };
}

/** No less than what the message takes in a batch, in bytes. */
export function sizeOf({ key, value, headers }: Message): number {
  let size = RECORD_OVERHEAD_BYTES + byteLength(key) + byteLength(value);
  for (const [name, text] of Object.entries(headers!))
    size += HEADER_OVERHEAD_BYTES + name.length + byteLength(text as string);
  return size;
}

function byteLength(part: string | Buffer | null | undefined): number {
  return part ? Buffer.byteLength(part) : 0;
}

/**
 * The other way. Never throws: the topic may hold what others wrote.
 * @param partition in which the message was found
 */
export function decodeMessage(message: ReceivedMessage, partition: number, incarnation: string): Decoded {
  try {
    const header = (name: string) => textOf(message.headers, name);
    const found = header('ce_incarnation');
    if (found !== incarnation) return { kind: 'foreign', incarnation: found };
    const event: ConveyedEvent = {
      position: numberOf(header, 'ce_position'),
      partition: numberOf(header, 'ce_partition'),
      streamId: header('ce_subject'),
      streamVersion: numberOf(header, 'ce_sequence'),
      type: header('ce_type'),
      schemaVersion: numberOf(header, 'ce_schemaversion'),
      data: objectOf('value', message.value?.toString()) as JsonObject,
      metadata: objectOf('ce_metadata', header('ce_metadata')) as EventMetadata,
      occurredAt: dateOf(header('ce_time')),
      predecessor: numberOf(header, 'ce_predecessor'),
    };
    if (event.partition !== partition) throw new Unreadable(`it lies in partition ${partition}, not in its own`);
    if (event.predecessor >= event.position) throw new Unreadable('its predecessor is not before it');
    return { kind: 'event', event };
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    return { kind: 'malformed', reason: error.message };
  }
}

/** Why a message is no event, without its content. */
class Unreadable extends Error {}

function textOf(headers: IHeaders | undefined, name: string): string {
  const value = headers?.[name];
  if (value === undefined) throw new Unreadable(`it has no ${name}`);
  if (Array.isArray(value)) throw new Unreadable(`it has ${name} several times`);
  return value.toString();
}

function numberOf(header: (name: string) => string, name: string): number {
  const text = header(name);
  const number = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(number)) throw new Unreadable(`${name} is no whole number`);
  return number;
}

function dateOf(text: string): Date {
  const date = new Date(text);
  if (Number.isNaN(date.getTime())) throw new Unreadable('ce_time is no time');
  return date;
}

function objectOf(name: string, text: string | undefined): unknown {
  const value = parsed(name, text);
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Unreadable(`${name} is no JSON object`);
  return value;
}

function parsed(name: string, text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '');
  } catch {
    throw new Unreadable(`${name} is no JSON`);
  }
}
