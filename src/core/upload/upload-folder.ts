import { randomUUID } from 'node:crypto';
import { type FileHandle, mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { writeHashed } from '../blob/hashed-write.js';
import { unlessMissing } from '../blob/missing.js';
import { syncFolder } from '../blob/sync-folder.js';
import type { UploadState, WholeFile } from './upload-state.js';

const stateName = 'state.json';
const chunksName = 'chunks';

/** The folder of one upload: its state, its chunks one behind the other, and the whole file when there is one. */
export class UploadFolder {
  constructor(readonly path: string) {}

  /** Null when there is no such upload. */
  async load(): Promise<UploadState | null> {
    const text = await unlessMissing(readFile(join(this.path, stateName), 'utf8'));
    return text === null ? null : (JSON.parse(text) as UploadState);
  }

  async create(): Promise<void> {
    if (await mkdir(this.path, { recursive: true, mode: 0o700 })) await syncFolder(dirname(this.path));
  }

  /** Replaces the state at once, durably. @throws ENOENT when the upload was removed meanwhile */
  async save(state: UploadState): Promise<void> {
    const path = join(this.path, `${stateName}.${randomUUID()}`);
    const file = await open(path, 'wx', 0o600);
    try {
      await file.writeFile(JSON.stringify(state));
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(path, join(this.path, stateName));
    await syncFolder(this.path);
  }

  async remove(): Promise<void> {
    await rm(this.path, { recursive: true, force: true });
  }

  /**
   * Writes a content into a file that no other request ever opens for writing: what is whole must not change any more.
   * @throws ContentTooLarge; whatever the content or the disk throws. Nothing is left then.
   */
  async writeWhole(content: AsyncIterable<Uint8Array>, maxBytes: number): Promise<WholeFile> {
    const name = randomUUID();
    const path = join(this.path, name);
    const file = await open(path, 'wx', 0o600);
    try {
      const info = await writeHashed(content, file, maxBytes);
      await file.sync();
      return { ...info, name };
    } catch (error) {
      await rm(path, { force: true });
      throw error;
    } finally {
      await file.close();
    }
  }

  /** For writing at any place, made when it is missing. */
  async openChunks(): Promise<FileHandle> {
    const path = join(this.path, chunksName);
    return (await unlessMissing(open(path, 'r+'))) ?? open(path, 'wx+', 0o600);
  }

  /** Makes the whole file of the chunks, and hashes it. @throws Error when fewer bytes are there than the state says */
  async joinChunks(sizeBytes: number): Promise<WholeFile> {
    const chunks = await this.openChunks();
    try {
      const content =
        sizeBytes === 0
          ? Readable.from([])
          : chunks.createReadStream({ start: 0, end: sizeBytes - 1, autoClose: false });
      const whole = await this.writeWhole(content, sizeBytes);
      if (whole.sizeBytes !== sizeBytes) throw new Error(`Of ${sizeBytes} bytes ${whole.sizeBytes} are there.`);
      return whole;
    } finally {
      await chunks.close();
    }
  }

  /** Removes what the state does not name any more, such as what a crash left. */
  async tidy({ whole }: UploadState): Promise<void> {
    for (const name of await readdir(this.path)) {
      if (name !== stateName && name !== whole?.name) await rm(join(this.path, name), { force: true });
    }
  }

  pathOf({ name }: { name: string }): string {
    return join(this.path, name);
  }
}
