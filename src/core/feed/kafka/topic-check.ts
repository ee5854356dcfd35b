import type { Kafka } from 'kafkajs';
import type pg from 'pg';
import { positionFrom } from '../../event-store/rows.js';
import type { ConveyedEvent } from '../conveyor.js';
import { lastEvents } from './last-messages.js';

/** The topic and the log are not of one origin: publishing would give one position two meanings. Only an operator can decide. */
export class TopicAhead extends Error {
  override readonly name = 'TopicAhead';
  constructor(topic: string, position: number) {
    super(
      `The topic ${topic} holds events that this log never had (position ${position}), as after restoring a backup: ` +
        'stop all processes and run `waybill events fence`. Until then nothing is published, and all is read from the database.',
    );
  }
}

/** Compares the end of the topic with the log. @throws TopicAhead */
export async function assertSameOrigin(pool: pg.Pool, kafka: Kafka, topic: string, incarnation: string): Promise<void> {
  const events = await lastEvents(kafka, topic, incarnation);
  const { rows } = await pool.query(
    `SELECT position, stream_id AS "streamId", stream_version AS "streamVersion", type, occurred_at AS "occurredAt"
     FROM store.events WHERE position = ANY ($1::bigint[])`,
    [events.map(({ position }) => position)],
  );
  const stored = new Map(rows.map((row) => [positionFrom(row.position), row]));
  for (const event of events)
    if (!isSame(event, stored.get(event.position))) throw new TopicAhead(topic, event.position);
}

function isSame(event: ConveyedEvent, stored: ConveyedEvent | undefined): boolean {
  return (
    stored !== undefined &&
    stored.streamId === event.streamId &&
    stored.streamVersion === event.streamVersion &&
    stored.type === event.type &&
    stored.occurredAt.getTime() === event.occurredAt.getTime()
  );
}
