import type { Readable } from 'node:stream';
import { Busboy, type BusboyFileStream, type BusboyInstance } from '@fastify/busboy';
import { malformed, tooLarge } from './multipart.errors.js';
import { multipartLimits, partHeaderLimits } from './multipart.limits.js';

export type ReceivedFile = { filename: string; mimeType: string; content: AsyncIterable<Uint8Array> };

/** Gets the parts in the order in which they come. Whatever it throws ends the reading. */
export type FormReader = {
  field(name: string, text: string): void;
  /** Must read the content to its end. */
  file(name: string, file: ReceivedFile): Promise<void>;
  /** Whether a part is text, though it looks like a file: some clients send JSON as one. */
  isField(name: string): boolean;
};

/**
 * Reads a multipart/form-data body as it comes, never more of it into memory than the text fields and some buffers.
 * @returns when the body is at its end and the reader has taken every file.
 * @throws Refusal BAD_MULTIPART or PAYLOAD_TOO_LARGE; whatever the reader throws. The body is then not read to its end, and no file is
 * still being taken.
 */
export async function readForm(payload: Readable, contentType: string, reader: FormReader): Promise<void> {
  const parser = parserFor(contentType, reader);
  const taken: Promise<void>[] = [];
  const open = new Set<BusboyFileStream>();
  let totalBytes = 0;
  let fieldBytes = 0;
  let stop: () => void = () => undefined;
  const whole = new Promise<void>((resolve, fail) => {
    const count = (chunk: Buffer) => {
      totalBytes += chunk.length;
      if (totalBytes > multipartLimits.totalBytes) fail(tooLarge('totalBytes'));
    };
    const endedEarly = () => {
      if (!payload.readableEnded) fail(malformed('The body ends before it is complete.'));
    };
    parser.on('field', (name, text, _nameCut, isCut) => {
      fieldBytes += Buffer.byteLength(text);
      if (isCut || fieldBytes > multipartLimits.fieldBytes) return fail(tooLarge('fieldBytes', name));
      return attempt(() => reader.field(name ?? '', text), fail);
    });
    parser.on('file', (name, content, filename, _encoding, mimeType) => {
      open.add(content);
      // Whoever reads it fails, and says why.
      content.on('error', () => undefined);
      taken.push(reader.file(name ?? '', { filename: filename ?? '', mimeType, content }).catch(fail));
    });
    parser.on('filesLimit', () => fail(tooLarge('files')));
    parser.on('error', () => fail(malformed('The body is not a complete multipart/form-data.')));
    parser.on('finish', resolve);
    payload.on('data', count).once('error', endedEarly).once('close', endedEarly).pipe(parser);
    stop = () => void payload.unpipe(parser).off('data', count).off('error', endedEarly).off('close', endedEarly);
  });
  try {
    await whole;
  } finally {
    stop();
    for (const content of open) content.destroy();
    await Promise.all(taken);
  }
}

function parserFor(contentType: string, { isField }: FormReader): BusboyInstance {
  const { files, fieldBytes: fieldSize } = multipartLimits;
  try {
    return new Busboy({
      headers: { 'content-type': contentType },
      limits: { ...partHeaderLimits, files, fieldSize },
      isPartAFile: (name, mimeType, filename) =>
        !isField(name ?? '') && (filename !== undefined || mimeType === 'application/octet-stream'),
    });
  } catch {
    throw malformed('The content type of a multipart request names its boundary.');
  }
}

function attempt(work: () => void, fail: (error: unknown) => void): void {
  try {
    work();
  } catch (error) {
    fail(error);
  }
}
