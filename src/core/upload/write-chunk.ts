import type { FileHandle } from 'node:fs/promises';
import type { Chunk } from './content-range.js';
import { refuse } from './upload.errors.js';
import type { UploadFolder } from './upload-folder.js';
import { isReceived, type UploadState } from './upload-state.js';

/**
 * Writes the new part of a chunk behind what is there. Bytes count when they are forced to the disk and then the state says so, in this
 * order: whatever ends the process, the state never promises what is not there. A chunk whose sender breaks off counts as far as it came.
 * @param state agrees with the chunk, and reaches to the chunk's start at least
 * @returns the state afterwards. It is saved unless all is received: then the whole file is to be made, whose state replaces it.
 * @throws Refusal UPLOAD_MALFORMED when more comes than the chunk says; nothing of it counts then. Whatever the pieces throw.
 */
export async function writeChunk(
  folder: UploadFolder,
  state: UploadState,
  chunk: Chunk,
  pieces: AsyncIterable<Uint8Array>,
): Promise<UploadState> {
  const { end, failure } = await written(folder, state.receivedBytes, chunk, pieces);
  const reached = { ...state, receivedBytes: end };
  if (failure || !isReceived(reached)) await folder.save(reached);
  if (failure) throw failure.error;
  return reached;
}

/** @returns up to where all bytes are on the disk, and what ended the chunk early */
async function written(
  folder: UploadFolder,
  from: number,
  chunk: Chunk,
  pieces: AsyncIterable<Uint8Array>,
): Promise<{ end: number; failure?: { error: unknown } }> {
  const file = await folder.openChunks();
  let end = from;
  try {
    for await (const { bytes, position } of news(pieces, chunk, from)) {
      await writeAll(file, bytes, position);
      end = position + bytes.length;
    }
    await file.sync();
    return { end };
  } catch (error) {
    await file.sync();
    return { end: error instanceof Overlong ? from : end, failure: { error: refusalOf(error) } };
  } finally {
    await file.close();
  }
}

/** More comes than the chunk says: something is wrong with all of it. */
class Overlong extends Error {}

const refusalOf = (error: unknown): unknown =>
  error instanceof Overlong ? refuse('UPLOAD_MALFORMED', {}, 'The body is longer than Content-Range says.') : error;

/** What of a chunk is not there yet. */
async function* news(
  pieces: AsyncIterable<Uint8Array>,
  { start, end }: Chunk,
  from: number,
): AsyncGenerator<{ bytes: Uint8Array; position: number }> {
  let position = start;
  for await (const piece of pieces) {
    if (position + piece.length > end) throw new Overlong();
    const bytes = piece.subarray(Math.max(0, from - position));
    position += piece.length;
    if (bytes.length > 0) yield { bytes, position: position - bytes.length };
  }
}

/** One call may write less than it is given. */
async function writeAll(file: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done, position + done);
    done += bytesWritten;
  }
}
