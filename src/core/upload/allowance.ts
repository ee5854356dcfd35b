import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { unlessMissing } from '../blob/missing.js';
import { refuse } from './upload.errors.js';
import { UploadFolder } from './upload-folder.js';
import type { UploadRef } from './upload-urls.js';

export type OwnerLimits = { uploads: number; bytes: number };

/** What one owner's uploads may take together. It is counted from the folders themselves, so that nothing has to agree with them. */
export class Allowance {
  private readonly queues = new Map<string, Promise<unknown>>();

  constructor(
    private readonly folder: string,
    private readonly limits: OwnerLimits,
  ) {}

  /**
   * Runs `reserve`, which writes down what an upload will take, if the owner may have that. Of one owner one at a time: of two that come
   * at once the second one must see what the first one has written.
   * @param bytes all that the upload will take
   * @throws Refusal TOO_MANY_UPLOADS, UPLOAD_SPACE_EXHAUSTED; whatever `reserve` throws
   */
  async admit<T>(ref: UploadRef, bytes: number, reserve: () => Promise<T>): Promise<T> {
    const before = this.queues.get(ref.owner);
    const mine = (async () => {
      await before;
      await this.check(ref, bytes);
      return reserve();
    })();
    const settled = mine.catch(() => undefined);
    this.queues.set(ref.owner, settled);
    try {
      return await mine;
    } finally {
      if (this.queues.get(ref.owner) === settled) this.queues.delete(ref.owner);
    }
  }

  private async check({ id, owner }: UploadRef, bytes: number): Promise<void> {
    const names = (await unlessMissing(readdir(this.folder))) ?? [];
    const others = names.filter((name) => name.startsWith(owner) && name !== id);
    const { uploads: most, bytes: maxBytes } = this.limits;
    if (others.length >= most) throw refuse('TOO_MANY_UPLOADS', { most });
    const states = await Promise.all(others.map((name) => new UploadFolder(join(this.folder, name)).load()));
    const taken = states.reduce((sum, state) => sum + (state?.reservedBytes ?? 0), 0);
    if (taken + bytes > maxBytes) throw refuse('UPLOAD_SPACE_EXHAUSTED', { maxBytes });
  }
}
