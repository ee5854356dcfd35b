/** What a bundle of a log holds beside events and blobs: a section a table, with the columns that are written back. */
export type LogTable = { section: string; table: string; columns: string[] };

export const dataKeys: LogTable = {
  section: 'data_keys',
  table: 'store.data_keys',
  columns: ['subject', 'wrapped', 'ring_key_id', 'created_at', 'erased_at'],
};

export const numbers: LogTable = { section: 'numbers', table: 'store.numbers', columns: ['kind', 'last'] };

export const commandKeys: LogTable = {
  section: 'command_keys',
  table: 'store.command_keys',
  columns: ['scope', 'command', 'key', 'input_hash', 'streams', 'position', 'created_at'],
};

export const skips: LogTable = {
  section: 'skipped_events',
  table: 'store.skipped_events',
  columns: ['projection', 'position', 'reason', 'skipped_by', 'skipped_at'],
};

export const events: LogTable = {
  section: 'events',
  table: 'store.events',
  columns: [
    'position',
    'partition',
    'stream_id',
    'stream_version',
    'type',
    'schema_version',
    'data',
    'metadata',
    'occurred_at',
  ],
};

/** `{hash, size_bytes}` of every content that a read model names; no size means that the content is not there. */
export const blobSection = 'blobs';

/** Subjects that begin so are no persons: keys of the installation itself, such as the one that claims are hashed with. */
export const systemPrefix = 'system:';
