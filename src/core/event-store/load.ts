import type pg from 'pg';
import { partitionOf } from './partition.js';
import { eventColumns, eventFrom, storeTypes, type EventRow } from './rows.js';
import { run, type Statement } from './statement.js';
import {
  CommandKeyConflict,
  type CommandKey,
  type LoadedStreams,
  type LoadOptions,
  type StoredDataKey,
  type StreamHead,
} from './types.js';

const loadStatement: Statement = {
  name: 'store.load',
  // Kinds of rows, told apart by the first column. One statement is one snapshot: head, events, keys agree.
  text: `
    WITH wanted AS (
      SELECT w.stream_id, w.after, s.state_version, s.stream_version AS snapshot_version, s.state
      FROM unnest($1::text[], $2::integer[], $3::integer[]) AS w(stream_id, after, state_version)
      LEFT JOIN store.snapshots s
        ON s.stream_id = w.stream_id AND s.state_version = w.state_version AND s.stream_version > w.after
    )
    SELECT 'event' AS kind, ${eventColumns.replaceAll(/\w+/g, 'e.$&')}
    FROM wanted w CROSS JOIN LATERAL (
      SELECT ${eventColumns} FROM store.events
      WHERE stream_id = w.stream_id AND stream_version > coalesce(w.snapshot_version, w.after)
      ORDER BY stream_version
    ) e
    UNION ALL
    SELECT 'head', coalesce(last.position, 0), h.partition, h.stream_id, h.version, NULL, NULL, NULL, NULL, NULL
    FROM wanted w JOIN store.streams h ON h.stream_id = w.stream_id
    LEFT JOIN store.events last ON last.stream_id = h.stream_id AND last.stream_version = h.version
    UNION ALL
    SELECT 'snapshot', NULL, NULL, stream_id, snapshot_version, NULL, state_version, state, NULL, NULL
    FROM wanted WHERE state IS NOT NULL
    UNION ALL
    SELECT 'key', NULL, NULL, subject, NULL, NULL, NULL,
      jsonb_build_object('wrapped', wrapped, 'ringKeyId', ring_key_id), NULL, erased_at
    FROM store.data_keys WHERE subject = ANY ($4::text[])
    UNION ALL
    SELECT 'command', position, NULL, NULL, (input_hash = $8::bytea)::integer, NULL, NULL, streams, NULL, NULL
    FROM store.command_keys WHERE scope = $5 AND command = $6 AND key = $7`,
};

type LoadRow = [kind: 'event' | 'head' | 'snapshot' | 'key' | 'command', ...EventRow];

/**
 * Streams, snapshots, data keys and the earlier result of a command, all from one moment, in one statement.
 * @throws CommandKeyConflict when the key was used with other input.
 */
export async function loadStreams(
  pool: Pick<pg.Pool, 'query'>,
  partitions: number,
  streamIds: string[],
  commandKey: CommandKey | undefined,
  options: LoadOptions,
): Promise<LoadedStreams> {
  const values = [
    streamIds,
    streamIds.map((id) => options.afterVersion?.[id] ?? 0),
    streamIds.map((id) => options.stateVersion?.[id] ?? null),
    options.subjects ?? [],
    commandKey?.scope,
    commandKey?.command,
    commandKey?.key,
    commandKey?.inputHash,
  ];
  const rows = await run<LoadRow>(pool, loadStatement, values, { rowMode: 'array', types: storeTypes });
  const loaded = emptyStreams(streamIds, partitions);
  for (const row of rows) addRow(loaded, row, commandKey);
  for (const stream of loaded.streams.values()) stream.events.sort((a, b) => a.streamVersion - b.streamVersion);
  return loaded;
}

function emptyStreams(streamIds: string[], partitions: number): LoadedStreams {
  const absent = (streamId: string) => ({
    head: { streamId, version: 0, position: 0, partition: partitionOf(streamId, partitions) },
    events: [],
  });
  return { streams: new Map(streamIds.map((id) => [id, absent(id)])), dataKeys: new Map() };
}

function addRow(loaded: LoadedStreams, row: LoadRow, commandKey: CommandKey | undefined): void {
  const [kind, ...event] = row;
  const [position, partition, id, version, , schemaVersion, data, , at] = event;
  switch (kind) {
    case 'event':
      loaded.streams.get(id)!.events.push(eventFrom(event));
      return;
    case 'head':
      loaded.streams.get(id)!.head = { streamId: id, version, position, partition };
      return;
    case 'snapshot':
      loaded.streams.get(id)!.snapshot = { stateVersion: schemaVersion, streamVersion: version, state: data };
      return;
    case 'key':
      loaded.dataKeys.set(id, { subject: id, ...(data as Wrapped), erasedAt: at });
      return;
    case 'command':
      if (version !== 1) throw new CommandKeyConflict(commandKey!.key);
      loaded.earlier = { outcome: 'repeated', streams: data as unknown as StreamHead[], position };
  }
}

type Wrapped = Pick<StoredDataKey, 'wrapped' | 'ringKeyId'>;
