/**
 * Postgres cuts names at 63 bytes: two tables or indexes whose names differ only behind that would be one.
 * @throws Error at load time for a table whose own name, or that of one of its indexes, is too long
 */
export function assertNames(versionedName: string, indices: string[][]): void {
  // Room for `write "read"."…"`, the name of a prepared statement.
  if (Buffer.byteLength(versionedName) > 46) throw new Error(`The table name ${versionedName} has more than 46 bytes.`);
  for (const name of indices.map((columns) => indexName(versionedName, columns))) {
    if (Buffer.byteLength(name) > 63)
      throw new Error(`The index name ${name} has more than 63 bytes: name the columns or the table shorter.`);
  }
}

export const indexName = (versionedName: string, columns: string[]): string => `${versionedName}_${columns.join('_')}`;
