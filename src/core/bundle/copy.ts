import { once } from 'node:events';
import type pg from 'pg';
import { from as copyFrom, to as copyTo } from 'pg-copy-streams';
import { quoted } from '../projection/names.js';
import { toCopyField } from '../projection/rebuild/copy-text.js';
import { BundleRefused } from './format.js';
import type { Row, RowPiece } from './read-bundle.js';

/**
 * The rows of a query as lines of JSON, as Postgres writes them and without looking at them here. No character below U+0020 stands in
 * JSON as it is, so quote and delimiter never occur and no line is quoted.
 * @param query without a semicolon; COPY takes no parameters
 */
export function copyOut(client: pg.ClientBase, query: string): AsyncIterable<Uint8Array> {
  const text = `COPY (SELECT row_to_json(r) FROM (${query}) r) TO STDOUT (FORMAT csv, QUOTE E'\\x02', DELIMITER E'\\x01')`;
  return client.query(copyTo(text)) as AsyncIterable<Uint8Array>;
}

/**
 * Writes rows into a table, at the speed of COPY. A column that a row lacks is null. Other values than text go in as JSON.
 * @returns how many rows
 * @throws BundleRefused naming the line that the table refuses: a value of another type, a key that is there already
 */
export async function copyIn(
  client: pg.ClientBase,
  table: string,
  columns: readonly string[],
  pieces: AsyncIterable<RowPiece>,
): Promise<number> {
  const text = `COPY ${table} (${columns.map(quoted).join(', ')}) FROM STDIN`;
  const stream = client.query(copyFrom(text));
  const failure = new Promise<never>((_, reject) => stream.once('error', reject));
  failure.catch(() => undefined);
  let firstLine: number | null = null;
  try {
    for await (const { rows, firstLine: line } of pieces) {
      firstLine ??= line;
      const written = stream.write(rows.map((row) => copyLine(row, columns)).join(''));
      if (!written) await Promise.race([once(stream, 'drain'), failure]);
    }
    stream.end();
    await Promise.race([once(stream, 'finish'), failure]);
    return stream.rowCount;
  } catch (error) {
    // Leaves the copy in good order, so that the caller can roll back.
    if (!isOfPostgres(error)) await new Promise((resolve) => stream.destroy().once('close', resolve));
    throw refused(error, firstLine);
  }
}

function copyLine(row: Row, columns: readonly string[]): string {
  return `${columns.map((column) => fieldOf(row[column])).join('\t')}\n`;
}

/** Objects go into columns of JSON. */
function fieldOf(value: unknown): string {
  if (value === undefined || value === null) return toCopyField(null);
  return toCopyField(typeof value === 'object' ? JSON.stringify(value) : value);
}

const isOfPostgres = (error: unknown): boolean => typeof (error as { severity?: unknown }).severity === 'string';

/** SQLSTATE 22: a value that the column does not take. 23: a key that is there already, or nothing where something must be. */
function refused(error: unknown, firstLine: number | null): unknown {
  const { code, message, detail, where } = error as { code?: string; message: string; detail?: string; where?: string };
  if (!isOfPostgres(error) || !/^2[23]/.test(code ?? '')) return error;
  const row = /^COPY \w+, line (\d+)/m.exec(where ?? '')?.[1];
  const line = row && firstLine !== null ? firstLine + Number(row) - 1 : null;
  return new BundleRefused(line, detail ? `${message}: ${detail}` : message);
}
