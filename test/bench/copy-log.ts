import { pipeline } from 'node:stream/promises';
import { Readable } from 'node:stream';
import type pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';

const CHUNK_CHARACTERS = 1 << 18;

/** Sends lines of COPY's text format into a table. @param target the table with its columns */
export function copyLines(client: pg.PoolClient, target: string, lines: Iterable<string>): Promise<void> {
  return pipeline(Readable.from(chunks(lines)), client.query(copyFrom(`COPY ${target} FROM STDIN`)));
}

/** COPY takes bytes at any place; large pieces cost less. */
function* chunks(lines: Iterable<string>): Iterable<Buffer> {
  let chunk = '';
  for (const line of lines) {
    chunk += line;
    if (chunk.length < CHUNK_CHARACTERS) continue;
    yield Buffer.from(chunk);
    chunk = '';
  }
  yield Buffer.from(chunk);
}

/** JSON has neither tabs nor line ends; a backslash is COPY's own escape. */
export function copyJson(value: object): string {
  const json = JSON.stringify(value);
  return json.includes('\\') ? json.replaceAll('\\', '\\\\') : json;
}
