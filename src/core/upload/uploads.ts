import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { BlobStore } from '../blob/blob-store.js';
import { type ContentInfo, ContentTooLarge } from '../blob/hashed-write.js';
import { unlessMissing } from '../blob/missing.js';
import type { Refusal } from '../errors/refusal.js';
import { Allowance, type OwnerLimits } from './allowance.js';
import type { Body } from './body.js';
import type { Chunk } from './content-range.js';
import { Turns } from './turns.js';
import { refuse } from './upload.errors.js';
import { uploadLimits } from './upload.limits.js';
import { UploadFolder } from './upload-folder.js';
import {
  agreed,
  becomeWhole,
  freshState,
  isEmptySession,
  isReceived,
  type Progress,
  progressOf,
  type UploadState,
  type WholeFile,
} from './upload-state.js';
import type { UploadRef, UploadUrls } from './upload-urls.js';
import { writeChunk } from './write-chunk.js';

/** A file that was sent to its end. It stays as it is until it is claimed, discarded or sent anew. */
export type UploadedFile = ContentInfo & { uploadId: string; path: string };

/** An upload that somebody may go on with. */
export type Admitted = {
  ref: UploadRef;
  /** It was begun before, so it must be there. */
  isBegun: boolean;
};

export type UploadsOptions = {
  /** Where uploads lie until they are claimed. On the disk of the blob store they need not be copied then. */
  folder: string;
  urls: UploadUrls;
  /** Scheme and host of the URLs, without a slash at the end. */
  base: () => string;
  /** The most that one upload may have. */
  maxBytes: number;
  ownerLimits: OwnerLimits;
  blobs: BlobStore;
  /** Milliseconds since 1970; another clock for specs. */
  now?: () => number;
  /** Another limit for specs. */
  stopMs?: number;
};

/** Files on their way in. All that is known of them lies in the folder, so they survive the process. */
export class Uploads {
  private readonly turns = new Turns();
  private readonly allowance: Allowance;
  private readonly now: () => number;

  constructor(private readonly options: UploadsOptions) {
    this.allowance = new Allowance(options.folder, options.ownerLimits);
    this.now = options.now ?? Date.now;
  }

  /** A URL that takes one file. It is written down nowhere. @param expiresSeconds within `uploadLimits.expiresSeconds` */
  createUrl(userId: string, expiresSeconds: number): string {
    const { urls, base, maxBytes } = this.options;
    return urls.make(base(), userId, maxBytes, Math.floor(this.now() / 1000) + expiresSeconds);
  }

  /** @param url as a request came to it. @throws Refusal UPLOAD_URL_INVALID when it is not ours or its time is over */
  admit(url: string): Admitted {
    const parsed = this.options.urls.parse(url);
    if (!parsed) throw refuse('UPLOAD_URL_INVALID');
    const isBegun = parsed.kind === 'session';
    const end = parsed.ref.expiresAt + (isBegun ? uploadLimits.keptSeconds : 0);
    if (this.now() / 1000 >= end) throw refuse('UPLOAD_URL_INVALID');
    return { ref: parsed.ref, isBegun };
  }

  /**
   * Begins anew, for chunks; what was sent before is forgotten.
   * @returns where the chunks go
   * @throws Refusal TOO_MANY_UPLOADS
   */
  async start({ ref }: Admitted): Promise<string> {
    await this.turns.take(ref.id, async () => {
      const folder = this.folderOf(ref.id);
      const state = { ...freshState(ref.expiresAt), isSession: true };
      await this.reserve(folder, ref, state);
      await folder.tidy(state);
    });
    return this.options.urls.session(this.options.base(), ref);
  }

  /**
   * Takes a file at once, in place of what was sent before. Nothing changes when it breaks off.
   * @throws Refusal UPLOAD_TOO_LARGE, UPLOAD_NOT_FOUND, TOO_MANY_UPLOADS, UPLOAD_SPACE_EXHAUSTED; TurnEnded; Error when the connection breaks
   */
  async putWhole(admitted: Admitted, body: Body): Promise<Progress> {
    const { ref } = admitted;
    if ((body.sizeBytes ?? 0) > ref.maxBytes) throw tooLarge(ref);
    return this.turns.take(ref.id, async (signal) => {
      const folder = this.folderOf(ref.id);
      const before = await this.stateOf(admitted);
      const state = before ?? freshState(ref.expiresAt);
      await this.reserve(folder, ref, { ...state, reservedBytes: body.sizeBytes ?? ref.maxBytes });
      try {
        return await this.end(folder, state, await folder.writeWhole(body.pieces(signal), ref.maxBytes));
      } catch (error) {
        await (before ? folder.save(before) : folder.remove());
        throw error instanceof ContentTooLarge ? tooLarge(ref) : error;
      }
    });
  }

  /**
   * Takes a chunk that begins at or before the end of what is there. What of it came before the connection broke is kept.
   * @returns how far the upload is; unchanged when the chunk begins behind that
   * @throws Refusal UPLOAD_TOO_LARGE, UPLOAD_NOT_FOUND, UPLOAD_MALFORMED, UPLOAD_CONFLICT, TOO_MANY_UPLOADS, UPLOAD_SPACE_EXHAUSTED;
   * TurnEnded; Error when the connection breaks
   */
  async putChunk(admitted: Admitted, chunk: Chunk, body: Body): Promise<Progress> {
    const { ref } = admitted;
    if (Math.max(chunk.end, chunk.total ?? 0) > ref.maxBytes) throw tooLarge(ref);
    if (body.sizeBytes !== null && body.sizeBytes !== chunk.end - chunk.start) {
      throw refuse('UPLOAD_MALFORMED', {}, 'Content-Length does not fit Content-Range.');
    }
    const agree = async () => agreed((await this.stateOf(admitted)) ?? freshState(ref.expiresAt), chunk.total);
    const isBehind = ({ whole, receivedBytes }: UploadState) => whole !== null || chunk.start > receivedBytes;
    const current = await agree();
    // It has nothing to write, so it must not disturb whoever writes.
    if (isBehind(current)) return progressOf(current);
    return this.turns.take(ref.id, async (signal) => {
      const state = await agree();
      if (isBehind(state)) return progressOf(state);
      const folder = this.folderOf(ref.id);
      const reserved = { ...state, reservedBytes: state.totalBytes ?? ref.maxBytes };
      await this.reserve(folder, ref, reserved);
      const reached = await writeChunk(folder, reserved, chunk, body.pieces(signal));
      return isReceived(reached) ? this.joined(folder, reached) : progressOf(reached);
    });
  }

  /**
   * @param total the size of the file, when the asker says it; when so much is there already, the file is whole by that
   * @throws Refusal UPLOAD_NOT_FOUND, UPLOAD_TOO_LARGE, UPLOAD_CONFLICT
   */
  async progress(admitted: Admitted, total: number | null): Promise<Progress> {
    const { ref } = admitted;
    if ((total ?? 0) > ref.maxBytes) throw tooLarge(ref);
    const current = await this.stateOf(admitted);
    if (!current) return { receivedBytes: 0, isWhole: false };
    const ended = await this.endIf((state) => isReceived(agreed(state, total)), ref.id, current);
    return progressOf(ended);
  }

  /**
   * The file that was sent to a URL, also to the session URL that it was answered with, for as long as it is kept.
   * @throws Refusal UPLOAD_URL_INVALID (also for another's), UPLOAD_NOT_FOUND, UPLOAD_INCOMPLETE
   */
  async find(url: string, userId: string): Promise<UploadedFile> {
    const parsed = this.options.urls.parse(url);
    if (!parsed || !this.options.urls.isOwnedBy(parsed.ref, userId)) throw refuse('UPLOAD_URL_INVALID');
    const { id } = parsed.ref;
    const current = await this.folderOf(id).load();
    if (!current) throw refuse('UPLOAD_NOT_FOUND');
    const { whole, receivedBytes, totalBytes } = await this.endIf(isEmptySession, id, current);
    if (!whole) throw refuse('UPLOAD_INCOMPLETE', { receivedBytes, totalBytes });
    const { hash, sizeBytes } = whole;
    return { uploadId: id, path: this.folderOf(id).pathOf(whole), hash, sizeBytes };
  }

  /**
   * Moves a file into the blob store and forgets its upload.
   * @throws Refusal UPLOAD_NOT_FOUND when it was claimed, discarded or replaced meanwhile
   */
  async claim({ uploadId, path, hash, sizeBytes }: UploadedFile): Promise<ContentInfo> {
    return this.turns.take(uploadId, async () => {
      const adopted = await unlessMissing(this.options.blobs.adopt(path, { hash, sizeBytes }).then(() => true));
      if (!adopted) throw refuse('UPLOAD_NOT_FOUND');
      await this.folderOf(uploadId).remove();
      return { hash, sizeBytes };
    });
  }

  /** Forgets an upload whose file nobody can use. */
  async discard({ uploadId }: UploadedFile): Promise<void> {
    await this.turns.take(uploadId, () => this.folderOf(uploadId).remove());
  }

  /** Deletes what nobody came for. @returns how many uploads */
  async sweep(): Promise<number> {
    let swept = 0;
    for (const id of (await unlessMissing(readdir(this.options.folder))) ?? []) {
      const folder = this.folderOf(id);
      if (!(await this.isAbandoned(folder))) continue;
      await folder.remove();
      swept++;
    }
    return swept;
  }

  /** Ends what is still under way after a while, so that it can be resumed elsewhere. @returns how to let it be */
  stopSoon(): () => void {
    const { stopMs = uploadLimits.stopMs } = this.options;
    const timer = setTimeout(() => this.turns.end(), stopMs);
    return () => clearTimeout(timer);
  }

  private async isAbandoned(folder: UploadFolder): Promise<boolean> {
    const state = await folder.load();
    // Without a state: a crash came between the folder and its first one.
    const expiresAt = state?.expiresAt ?? ((await unlessMissing(stat(folder.path)))?.mtimeMs ?? Infinity) / 1000;
    return this.now() / 1000 >= expiresAt + uploadLimits.keptSeconds;
  }

  /** @throws Refusal UPLOAD_NOT_FOUND when an upload that was begun is not there any more */
  private async stateOf({ ref, isBegun }: Admitted): Promise<UploadState | null> {
    const state = await this.folderOf(ref.id).load();
    if (!state && isBegun) throw refuse('UPLOAD_NOT_FOUND');
    return state;
  }

  /** Writes the state down if the owner may have what it reserves. */
  private async reserve(folder: UploadFolder, ref: UploadRef, state: UploadState): Promise<void> {
    await this.allowance.admit(ref, state.reservedBytes, async () => {
      await folder.create();
      await folder.save(state);
    });
  }

  /** Makes the whole file when `isDue`, unless somebody still sends. @returns the state afterwards */
  private async endIf(isDue: (state: UploadState) => boolean, id: string, state: UploadState): Promise<UploadState> {
    if (!isDue(state) || this.turns.isTaken(id)) return state;
    return this.turns.take(id, async () => {
      const folder = this.folderOf(id);
      const current = await folder.load();
      if (!current) throw refuse('UPLOAD_NOT_FOUND');
      if (isDue(current)) await this.joined(folder, current);
      return (await folder.load()) ?? current;
    });
  }

  private async joined(folder: UploadFolder, state: UploadState): Promise<Progress> {
    return this.end(folder, state, await folder.joinChunks(state.receivedBytes));
  }

  private async end(folder: UploadFolder, state: UploadState, whole: WholeFile): Promise<Progress> {
    const ended = becomeWhole(state, whole);
    await folder.save(ended);
    await folder.tidy(ended);
    return progressOf(ended);
  }

  private folderOf(id: string): UploadFolder {
    return new UploadFolder(join(this.options.folder, id));
  }
}

const tooLarge = ({ maxBytes }: UploadRef): Refusal =>
  refuse('UPLOAD_TOO_LARGE', { maxBytes }, `The file is too large: at most ${maxBytes} bytes are taken.`);
