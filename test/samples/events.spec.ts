import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createHash } from 'node:crypto';
import { upcast } from '../../src/core/event-store/event-types.js';
import type { JsonObject } from '../../src/core/event-store/types.js';
import { silos } from '../../src/silos.js';

/**
 * Events are for ever: what was written once must be readable by every later version. One sample per type and schema version stands in
 * events.json, its hash in frozen.json. A new type or version adds a line to each; changing one that is there fails.
 */
const read = (name: string) => JSON.parse(readFileSync(join(import.meta.dirname, name), 'utf8'));
const samples: Record<string, JsonObject> = read('events.json');
const frozen: Record<string, string> = read('frozen.json');
const types = silos.eventTypes;
const everyVersion = Object.entries(types).flatMap(([type, { version }]) =>
  Array.from({ length: version }, (_, index) => `${type}@${index + 1}`),
);

it('has one sample of every type and schema version, and of nothing else', () => {
  expect(Object.keys(samples).sort()).toEqual(everyVersion.sort());
});

it.each(everyVersion)('%s is as it was when it was first written', (name) => {
  const hash = createHash('sha256').update(JSON.stringify(samples[name])).digest('hex').slice(0, 16);
  expect(`${name} ${hash}`).toBe(`${name} ${frozen[name]}`);
});

it.each(everyVersion)('%s is read by the aggregate as it is now', (name) => {
  const [type, version] = name.split('@') as [string, string];
  const data = upcast(types, type, Number(version), samples[name]!);
  const aggregate = silos.all.flatMap((silo) => silo.aggregates).find(({ events }) => type in events)!;
  expect(() => aggregate.evolve(aggregate.initialState, { type, data })).not.toThrow();
});
