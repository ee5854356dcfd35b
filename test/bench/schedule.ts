import type { Random } from '../kit/random.js';

/** Two years of traffic are cut into so many moments. With at most 2^22 streams, moment and stream fit into one exact number. */
const MOMENTS = 2 ** 30;
const MOST_STREAMS = 2 ** 22;

/** Streams of rank 0 to 19 are about equally large; a pure Zipf law would give a tenth of the log to the first. */
const FLAT_RANKS = 20;

/** Streams are born during this part of the time, so that the last ones, too, have a life. */
const BIRTHS = 0.95;

/** Which stream gets an event, and when. */
export type Occasion = { stream: number; moment: number };

/**
 * How many events each stream has, the largest first: one each, and the rest by a Zipf-like law.
 * A million events in 100,000 streams give the median stream 3 events, the largest some 5,000.
 * @throws RangeError when there are fewer events than streams
 */
export function streamSizes(events: number, streams: number): Uint32Array {
  if (streams < 1 || streams > MOST_STREAMS)
    throw new RangeError(`Streams: from 1 to ${MOST_STREAMS}, not ${streams}.`);
  if (events < streams) throw new RangeError(`${streams} streams need at least as many events, not ${events}.`);
  let weights = 0;
  for (let rank = 0; rank < streams; rank++) weights += 1 / (rank + FLAT_RANKS);
  const extra = events - streams;
  const sizes = new Uint32Array(streams);
  let left = extra;
  for (let rank = 0; rank < streams; rank++) {
    const share = Math.floor(extra / weights / (rank + FLAT_RANKS));
    sizes[rank] = 1 + share;
    left -= share;
  }
  // What rounding down has left: less than one for each stream.
  for (let rank = 0; left > 0; rank++, left--) sizes[rank]!++;
  return sizes;
}

/**
 * The events' order as real traffic has it: streams are born one after the other, and each gets its events at any time of its life.
 * So neighbours in the log nearly always belong to different streams, which is the hardest order for who reads it.
 * @returns each event as one number, in order of time; see `occasionOf`
 */
export function schedule(events: number, streams: number, random: Random): Float64Array {
  const sizes = streamSizes(events, streams);
  random.shuffle(sizes);
  const order = new Float64Array(events);
  let at = 0;
  for (let stream = 0; stream < streams; stream++) {
    const birth = ((stream + random.next()) / streams) * BIRTHS;
    for (let version = 1; version <= sizes[stream]!; version++) {
      const time = version === 1 ? birth : birth + (1 - birth) * random.next();
      order[at++] = Math.floor(time * MOMENTS) * streams + stream;
    }
  }
  return order.sort();
}

/** @returns `moment` from 0 to below 1 */
export function occasionOf(scheduled: number, streams: number): Occasion {
  return { stream: scheduled % streams, moment: Math.floor(scheduled / streams) / MOMENTS };
}
