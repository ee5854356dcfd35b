import { setTimeout as delay } from 'node:timers/promises';
import { system } from '../kit/instance.js';
import { fill } from './fill.js';
import { openPath, type Path } from './kafka-path.js';
import { loadNow, microsOfPostgres } from './machine.js';
import type { BenchOptions } from './options.js';
import { count, type Row } from './report.js';
import { Publish } from './silos.js';
import { latencies, median, percentile } from './statistics.js';

/** More events than this on their way, and the appends wait: the store shall not have to help. */
const MOST_UNDERWAY = 1_000;

/** One client that publishes about thirty times a second. */
const PAUSE_MS = 25;
const TURN = 10;

/** The way of events through Kafka, in one process with all roles: how many, and how soon they are visible. */
export async function measureKafka({ quick, brokers }: BenchOptions): Promise<Row[]> {
  return [await throughput(brokers!, quick ? 2_000 : 50_000), ...(await visible(brokers!, quick ? 4 : 20))];
}

/** Appends scattered events as fast as they become visible: with Kafka and without, each in half of the events, in turns. */
async function throughput(brokers: string, events: number): Promise<Row> {
  const [first, beside, second] = [
    await filled(brokers, events / 2),
    await filled(null, events / 2),
    await filled(brokers, events / 2),
  ];
  const seconds = first.seconds + second.seconds;
  const rate = events / seconds;
  const ratio = rate / (events / 2 / beside.seconds);
  const share = (first.share + second.share) / 2;
  const micros = { node: (first.node + second.node) / events, postgres: (first.postgres + second.postgres) / events };
  return {
    part: 'kafka',
    point: `append, relay, consumer, read model: ${count(events)} events`,
    figure: `${count(rate)} events/s`,
    beside: `${ratio.toFixed(2)} × without Kafka; ${percent(share)} through Kafka; CPU per event: Node ${count(micros.node)}, Postgres ${count(micros.postgres)} µs`,
    load: loadNow(),
    data: { events, seconds, eventsPerSecond: rate, ratio, share, micros },
  };
}

/** @returns seconds until all is visible, the share that came through Kafka, and microseconds of CPU */
async function filled(brokers: string | null, events: number) {
  const path = await openPath(brokers);
  const { applied, instance } = path;
  const visibleEvents = () => applied.kafka + applied.store;
  try {
    const postgresMicros = await microsOfPostgres(instance.pool);
    const [startedAt, used, postgres] = [performance.now(), process.cpuUsage(), postgresMicros()];
    await fill(instance.core.store, { name: 'scattered', streams: events / 10, eventsPerStream: 10 }, async (sent) => {
      instance.wakeUp.appended();
      while (sent - visibleEvents() > MOST_UNDERWAY) await delay(1);
    });
    while (visibleEvents() < events) await delay(1);
    const { user, system: kernel } = process.cpuUsage(used);
    return {
      seconds: (performance.now() - startedAt) / 1000,
      share: applied.kafka / events,
      node: user + kernel,
      postgres: postgresMicros() - postgres,
    };
  } finally {
    await path.stop();
  }
}

const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;

/** Commands of one client at a low rate, with Kafka and without in turns. */
async function visible(brokers: string, turns: number): Promise<Row[]> {
  const paths = { Kafka: await openPath(brokers), store: await openPath(null) };
  try {
    const samples = { Kafka: [] as number[], store: [] as number[] };
    // The first turn of each warms up.
    for (let turn = -1; turn < turns; turn++) {
      for (const name of turn % 2 === 0 ? (['Kafka', 'store'] as const) : (['store', 'Kafka'] as const)) {
        const taken = await publishes(paths[name]);
        if (turn >= 0) samples[name].push(...taken);
      }
    }
    const ratio = median(samples.Kafka) / median(samples.store);
    const { applied } = paths.Kafka;
    return (['Kafka', 'store'] as const).map((name) => {
      const [p50, p95] = [median(samples[name]), percentile(samples[name], 95)];
      const isKafka = name === 'Kafka';
      const share = applied.kafka / (applied.kafka + applied.store);
      return {
        part: 'kafka',
        point: `append until visible, 1 client, ${isKafka ? 'through Kafka' : 'from the store'}`,
        figure: `p50 ${p50.toFixed(1)} ms, p95 ${p95.toFixed(1)} ms`,
        ...(isKafka && {
          beside: `${ratio.toFixed(1)} × without Kafka; ${percent(share)} through Kafka`,
          aim: 'p50 ≤ 20 ms',
          met: p50 <= 20,
        }),
        load: loadNow(),
        data: { p50, p95, samples: samples[name].length, ...(isKafka && { ratio, applied }) },
      };
    });
  } finally {
    await Promise.all(Object.values(paths).map((path) => path.stop()));
  }
}

async function publishes({ instance }: Path): Promise<number[]> {
  const execute = instance.executeAs(system);
  const published = { version: '1.0.0', size: 40_000, description: 'Some words about a package.', license: 'MIT' };
  const taken: number[] = [];
  for (let n = 0; n < TURN; n++) {
    await delay(PAUSE_MS);
    taken.push(...(await latencies(1, 1, () => execute(new Publish(`package-${n}`, published)))));
  }
  return taken;
}
