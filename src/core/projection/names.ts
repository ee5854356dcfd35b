export const quoted = (identifier: string): string => `"${identifier.replaceAll('"', '""')}"`;

/**
 * Postgres cuts names at 63 bytes: two tables or indexes whose names differ only behind that would be one. Nor is an index made whose name
 * another one has: its statement says IF NOT EXISTS.
 * @param indices names within the table
 * @throws Error at load time for a table whose own name is too long, and for an index whose name is too long or taken
 */
export function assertNames(versionedName: string, indices: readonly string[]): void {
  // Room for `write "read"."…"`, the name of a prepared statement.
  if (Buffer.byteLength(versionedName) > 46) throw new Error(`The table name ${versionedName} has more than 46 bytes.`);
  // The primary key's, and that of the index by which a stream's rows are found.
  const taken = new Set(['pkey', 'stream_id']);
  for (const index of indices) {
    const name = indexName(versionedName, index);
    if (Buffer.byteLength(name) > 63)
      throw new Error(`The index name ${name} has more than 63 bytes: name the columns or the table shorter.`);
    if (taken.has(index)) throw new Error(`The index name ${name} is taken: give the index another one.`);
    taken.add(index);
  }
}

export const indexName = (versionedName: string, index: string): string => `${versionedName}_${index}`;
