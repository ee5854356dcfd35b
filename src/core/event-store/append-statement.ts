import { encodeExpected } from './append-errors.js';
import { limits } from './limits.js';
import { partitionOf } from './partition.js';
import type { Statement } from './statement.js';
import { assertStorable, storableJson } from './text.js';
import type { AppendRequest, ClaimChange, CommandKey, NewEvent } from './types.js';

export const appendStatement: Statement = {
  name: 'store.append',
  text: `SELECT versions, positions, earlier
    FROM store.append($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
};

/**
 * The parameters of `appendStatement`.
 * @throws Refusal INVALID_TEXT for text that Postgres cannot store; RangeError when a limit is passed or a stream is
 * named twice, which are faults of the caller.
 */
export function appendValues(request: AppendRequest, partitions: number): unknown[] {
  const { streams, commandKey, conditions = [], dataKeys = [], eraseSubjects = [] } = request;
  const events = streams.length === 1 ? streams[0]!.events : streams.flatMap((stream) => stream.events);
  assertCounts(request, events);
  const streamIds = streams.map((stream) => stream.streamId);
  assertStreamIds([...streamIds, ...conditions.map((condition) => condition.streamId)]);
  const metadata = commandKey ? { ...request.metadata, commandKey: commandKeyText(commandKey) } : request.metadata;
  const hasClaims = events.some((event) => event.claims);

  return [
    streamIds,
    streamIds.map((id) => partitionOf(id, partitions)),
    streams.map((stream) => encodeExpected(stream.expected)),
    streams.map((stream) => stream.events.length),
    events.map((event) => event.type),
    events.map((event) => event.schemaVersion),
    events.map((event) => storableJson(event.data)),
    hasClaims ? events.map((event) => claimsJson(event.claims)) : null,
    storableJson(metadata, 'metadata'),
    request.occurredAt.toISOString(),
    commandKey || conditions.length || dataKeys.length || eraseSubjects.length ? extrasJson(request, partitions) : null,
  ];
}

/** A command key as events carry it in their metadata. */
export function commandKeyText(key: CommandKey): string {
  return `${key.scope}/${key.command}/${key.key}`;
}

function extrasJson(request: AppendRequest, partitions: number): string {
  const { commandKey, conditions, dataKeys, eraseSubjects } = request;
  const extras: Record<string, unknown> = {};
  if (commandKey) extras.commandKey = { ...commandKey, inputHash: commandKey.inputHash.toString('hex') };
  if (conditions?.length) {
    extras.conditions = conditions.map(({ streamId, version }) => ({
      streamId,
      partition: partitionOf(streamId, partitions),
      expected: encodeExpected(version),
    }));
  }
  if (dataKeys?.length) extras.dataKeys = dataKeys;
  if (eraseSubjects?.length) extras.eraseSubjects = eraseSubjects;
  return storableJson(extras, 'request');
}

function claimsJson(claims: ClaimChange | undefined): string | null {
  return claims ? storableJson(claims, 'claims') : null;
}

function assertCounts(request: AppendRequest, events: NewEvent[]): void {
  const { streams, conditions = [], commandKey } = request;
  if (streams.length === 0) throw new RangeError('An append needs a stream.');
  atMost('streams per append', streams.length, limits.streamsPerAppend);
  atMost('events per append', events.length, limits.eventsPerAppend);
  atMost('conditions per append', conditions.length, limits.conditionsPerAppend);
  if (commandKey) assertCommandKey(commandKey);

  let claims = 0;
  for (const { claims: change } of events) {
    for (const key of [...(change?.take ?? []), ...(change?.release ?? [])]) {
      assertBytes('claim key', key, limits.claimKeyBytes);
      claims++;
    }
  }
  atMost('claims per append', claims, limits.claimsPerAppend);
}

function assertCommandKey(commandKey: CommandKey): void {
  if (commandKey.key === '') throw new RangeError('A command key is not empty; leave it out instead.');
  assertBytes('command key', commandKeyText(commandKey), limits.commandKeyBytes);
}

function assertStreamIds(ids: string[]): void {
  if (ids.length > 1 && new Set(ids).size < ids.length) {
    throw new RangeError(`An append names a stream once, be it to append or as a condition: ${ids.join(', ')}`);
  }
  for (const id of ids) {
    assertBytes('stream id', id, limits.streamIdBytes);
    assertStorable(id, 'streamId');
  }
}

function assertBytes(what: string, text: string, most: number): void {
  const bytes = Buffer.byteLength(text);
  if (bytes === 0 || bytes > most) throw new RangeError(`A ${what} has 1 to ${most} bytes, this one ${bytes}.`);
}

function atMost(what: string, count: number, most: number): void {
  if (count > most) throw new RangeError(`At most ${most} ${what}, not ${count}.`);
}
