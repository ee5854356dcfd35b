import { existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { kafkaMissing } from './kafka-jars.mjs';
import { answers, startBroker, type Broker } from './kafka.mjs';
import { noteProcess } from './program.js';

export type { Broker } from './kafka.mjs';
export { topicPrefix } from './topic-prefix.js';

const given = process.env.WAYBILL_TEST_KAFKA;
const mayRun = given !== undefined || process.env.CI === 'true' || !kafkaMissing();

/** `describe` where a Kafka can be had. test/run.mjs says when it cannot; under CI=true that is a failure. */
export const describeKafka = mayRun ? describe : describe.skip;

/**
 * The broker that all tests share: use a topic prefix of your own. test/run.mjs starts it while the first tests run already; without
 * test/run.mjs each file starts one, which ends with it.
 * @returns what goes into KAFKA_BROKERS, when the broker answers
 * @throws Error when it does not
 */
export async function testBroker(): Promise<string> {
  if (given === undefined) return (fallback ??= ownBroker()).then((broker) => broker.brokers);
  await answers(given, failureOfTheRun);
  return given;
}

let fallback: Promise<Broker> | undefined;
afterAll(async () => {
  await (await fallback)?.stop();
});

/**
 * A broker that only this test has, to stop, kill and freeze. Stop it at the end.
 * @param settings more settings of the broker
 * @param ports free ones are taken for those that are not given
 */
export async function ownBroker(
  settings: Record<string, string> = {},
  ports: { port?: number; controllerPort?: number } = {},
): Promise<Broker> {
  const dir = mkdtempSync(join(process.env.WAYBILL_TEST_SCRATCH ?? tmpdir(), 'kafka-'));
  return startBroker({ dir, settings, ...ports, note: noteProcess });
}

/** test/run.mjs leaves a file when its broker did not start. */
function failureOfTheRun(): string | undefined {
  const file = join(process.env.WAYBILL_TEST_SCRATCH ?? '', 'kafka-failed');
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
}
