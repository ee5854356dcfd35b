import fc from 'fast-check';
import { limits } from '../../event-store/limits.js';
import type { StoredEvent } from '../../event-store/types.js';
import { decodeMessage, messageOf, sizeOf, type ReceivedMessage } from './message.js';

const incarnation = '0b8f8a5e-7f3c-4f0e-9f55-0d8b2a1c9e11';

const event: StoredEvent = {
  position: 12,
  partition: 3,
  streamId: 'package:7',
  streamVersion: 2,
  type: 'registry.package.version-published',
  schemaVersion: 1,
  data: { version: '1.0.0', secret: { $sealed: 'gAAA' } },
  metadata: {
    actor: { kind: 'user', userId: 'user:1', isOperator: false, tokenId: 't' },
    correlationId: 'c-1',
    causationId: 'e-9',
    traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
  },
  occurredAt: new Date('2026-11-25T12:34:56.789Z'),
};

/** What a consumer gets of a message that was sent. */
function received({ key, value, headers }: ReturnType<typeof messageOf>): ReceivedMessage {
  return {
    key: Buffer.from(key!),
    value: Buffer.from(value!),
    headers: Object.fromEntries(Object.entries(headers!).map(([name, text]) => [name, Buffer.from(text as string)])),
  };
}

function decode(change: (message: ReceivedMessage) => void, partition = 3) {
  const message = received(messageOf(event, 9, incarnation));
  change(message);
  return decodeMessage(message, partition, incarnation);
}

it('is CloudEvents 1.0 in the binary mode of its Kafka binding', () => {
  const { key, partition, value, headers } = messageOf(event, 9, incarnation);
  expect({ key, partition, value: value!.toString() }).toEqual({
    key: 'package:7',
    partition: 3,
    value: '{"version":"1.0.0","secret":{"$sealed":"gAAA"}}',
  });
  expect(headers).toEqual({
    ce_specversion: '1.0',
    ce_id: '12',
    ce_source: `urn:uuid:${incarnation}`,
    ce_type: 'registry.package.version-published',
    ce_subject: 'package:7',
    ce_time: '2026-11-25T12:34:56.789Z',
    'content-type': 'application/json',
    ce_incarnation: incarnation,
    ce_position: '12',
    ce_predecessor: '9',
    ce_partition: '3',
    ce_sequence: '2',
    ce_schemaversion: '1',
    ce_correlationid: 'c-1',
    ce_causationid: 'e-9',
    ce_traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    ce_metadata: JSON.stringify(event.metadata),
  });
  // Attribute names are lower case letters and digits only.
  for (const name of Object.keys(headers!)) expect(name).toMatch(/^(ce_[a-z0-9]{1,20}|content-type)$/);
});

const text = () => fc.string({ unit: 'grapheme' });
const someObject = () =>
  fc
    .dictionary(text(), fc.jsonValue())
    // As the log gives it back: JSON has no -0.
    .map((value) => JSON.parse(JSON.stringify(value)));
const storedEvents: fc.Arbitrary<StoredEvent> = fc.record({
  position: fc.integer({ min: 10, max: Number.MAX_SAFE_INTEGER }),
  partition: fc.nat(1023),
  streamId: text(),
  streamVersion: fc.integer({ min: 1, max: 2 ** 31 - 1 }),
  type: text(),
  schemaVersion: fc.nat(32767),
  data: someObject(),
  metadata: fc.record(
    {
      actor: fc.constantFrom<StoredEvent['metadata']['actor']>({ kind: 'anonymous' }, { kind: 'system', name: 'é' }),
      correlationId: text(),
      causationId: text(),
      traceparent: text(),
      commandKey: text(),
      claims: fc.record({ take: fc.array(text()), release: fc.array(text()) }, { requiredKeys: [] }),
    },
    { requiredKeys: ['actor', 'correlationId'] },
  ),
  occurredAt: fc.date({ noInvalidDate: true, min: new Date(0), max: new Date('9999-12-31') }),
});

it('comes back as it was, whatever it holds', () => {
  fc.assert(
    fc.property(storedEvents, fc.nat(9), (stored, predecessor) => {
      const message = received(messageOf(stored, predecessor, incarnation));
      expect(decodeMessage(message, stored.partition, incarnation)).toEqual({
        kind: 'event',
        event: { ...stored, predecessor },
      });
    }),
  );
});

it('carries the largest event there can be within a megabyte, and knows its size', () => {
  const claims = Array.from({ length: limits.claimsPerAppend }, (_, i) =>
    `owner-name:${i}:`.padEnd(limits.claimKeyBytes, 'x'),
  );
  const data = { text: 'é'.repeat((limits.eventDataBytes - 20) / 2) };
  const large = { ...event, data, metadata: { ...event.metadata, claims: { take: claims } } };
  const message = messageOf(large, 9, incarnation);
  expect(decodeMessage(received(message), 3, incarnation)).toEqual({
    kind: 'event',
    event: { ...large, predecessor: 9 },
  });
  expect(sizeOf(message)).toBeGreaterThan(limits.eventDataBytes + limits.claimsPerAppend * limits.claimKeyBytes);
  expect(sizeOf(message)).toBeLessThan(1024 * 1024 - 1024);
});

it('tells a message of another log apart', () => {
  expect(decode(({ headers }) => (headers!['ce_incarnation'] = Buffer.from('another')))).toEqual({
    kind: 'foreign',
    incarnation: 'another',
  });
});

it.each<[string, (message: ReceivedMessage) => void, string]>([
  ['without headers', (message) => delete message.headers, 'it has no ce_incarnation'],
  ['without a position', ({ headers }) => delete headers!['ce_position'], 'it has no ce_position'],
  ['a position that is none', ({ headers }) => (headers!['ce_position'] = '1e3'), 'ce_position is no whole number'],
  [
    'a position beyond 2^53',
    ({ headers }) => (headers!['ce_position'] = '9'.repeat(17)),
    'ce_position is no whole number',
  ],
  ['two types', ({ headers }) => (headers!['ce_type'] = ['a', 'b']), 'it has ce_type several times'],
  ['no time', ({ headers }) => (headers!['ce_time'] = 'yesterday'), 'ce_time is no time'],
  ['a tombstone', (message) => (message.value = null), 'value is no JSON'],
  ['another value', (message) => (message.value = Buffer.from('[1]')), 'value is no JSON object'],
  ['a predecessor behind it', ({ headers }) => (headers!['ce_predecessor'] = '12'), 'its predecessor is not before it'],
])('tells apart what is no event: %s', (_, change, reason) => {
  expect(decode(change)).toEqual({ kind: 'malformed', reason });
});

it('tells apart an event in a partition that is not its own', () => {
  expect(decode(() => undefined, 4)).toEqual({
    kind: 'malformed',
    reason: 'it lies in partition 4, not in its own',
  });
});
