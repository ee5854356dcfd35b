import type { EventStore } from '../../src/core/event-store/event-store.js';
import { metadata } from './sample.js';

/** Scattered: neighbours in the log belong to different streams. Clustered: all events of a stream in a row. */
export type FilledLog = { name: 'scattered' | 'clustered'; streams: number; eventsPerStream: number };

const STREAMS_PER_APPEND = 100;

/**
 * Appends through the store, four at a time: events of many streams at once, or many events of one.
 * @param appended called after each four with the number of events so far, and waited for
 */
export async function fill(
  store: EventStore,
  { name, streams, eventsPerStream }: FilledLog,
  appended: (events: number) => Promise<void> = async () => undefined,
): Promise<void> {
  const append = (requests: Parameters<EventStore['append']>[0]['streams']) =>
    store.append({ streams: requests, metadata, occurredAt: new Date() });
  const isScattered = name === 'scattered';
  const rounds = isScattered ? eventsPerStream : 1;
  const perAppend = isScattered ? STREAMS_PER_APPEND : 1;
  let events = 0;
  for (let round = 0; round < rounds; round++) {
    const starts = Array.from({ length: streams / perAppend }, (_, index) => index * perAppend);
    for (let at = 0; at < starts.length; at += 4) {
      const together = starts.slice(at, at + 4);
      await Promise.all(
        together.map((first) =>
          append(
            Array.from({ length: perAppend }, (_, index) => ({
              streamId: `package-${first + index}`,
              expected: round === 0 ? ('none' as const) : round,
              events: isScattered
                ? [published(round)]
                : Array.from({ length: eventsPerStream }, (_, n) => published(n)),
            })),
          ),
        ),
      );
      events += together.length * (isScattered ? perAppend : eventsPerStream);
      await appended(events);
    }
  }
}

function published(number: number) {
  const description = 'Some words about a package, as long as people write them.';
  const data = {
    version: `1.${number}.0`,
    size: 40_000 + number,
    description,
    license: number % 3 === 0 ? 'MIT' : 'Apache-2.0',
  };
  return { type: 'bench.package.published', schemaVersion: 1, data };
}
