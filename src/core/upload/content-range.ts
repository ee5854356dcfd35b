import { refuse } from './upload.errors.js';

/** Where a chunk belongs, in bytes from 0; `end` is behind its last one. `total` is null while the sender does not know it. */
export type Chunk = { start: number; end: number; total: number | null };

/** What a PUT says that it brings: all of the file, a chunk, or nothing but the question how far the upload is. */
export type Bringing = { kind: 'whole' } | ({ kind: 'chunk' } & Chunk) | { kind: 'question'; total: number | null };

const form = /^bytes (?:(\d{1,15})-(\d{1,15})|\*)\/(\d{1,15}|\*)$/i;

/**
 * Reads the header of a resumable upload: `bytes 0-1023/4096`, `bytes 0-1023/*`, and the questions `bytes *\/4096` and `bytes *\/*`
 * (RFC 9110 §14.4, with the star as in the resumable uploads of Google Cloud Storage).
 * @throws Refusal UPLOAD_MALFORMED
 */
export function parseContentRange(header: string | undefined): Bringing {
  if (header === undefined) return { kind: 'whole' };
  const [match, first, last, size] = form.exec(header.trim()) ?? [];
  if (!match) throw refuse('UPLOAD_MALFORMED', {}, 'Content-Range is not of the form "bytes 0-1023/4096".');
  const total = size === '*' ? null : Number(size);
  if (first === undefined) return { kind: 'question', total };
  const start = Number(first);
  const end = Number(last) + 1;
  if (end <= start || (total !== null && end > total)) {
    throw refuse('UPLOAD_MALFORMED', {}, 'Content-Range ends before it starts, or behind the end of the file.');
  }
  return { kind: 'chunk', start, end, total };
}
