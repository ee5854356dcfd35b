import { open, rm } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import type { S3Client } from '@aws-sdk/client-s3';
import { BlobStore, type ByteRange, type StoredBlob } from './blob-store.js';
import { isHash } from './hash.js';
import type { ContentInfo } from './hashed-write.js';
import type { S3Settings } from './s3-settings.js';
import type { Spool } from './spool.js';

type Sdk = typeof import('@aws-sdk/client-s3');

/** S3 takes no larger object in one request. */
export const mostS3Bytes = 5 * 1024 ** 3;

/**
 * Contents as objects `<prefix><hash>` of a bucket of S3 or of what speaks its protocol. A content is written to the disk of this machine first: its key
 * is its hash, which is known only at its end. The object then comes to be at once and whole, which is what S3 promises of one request.
 */
export class S3BlobStore extends BlobStore {
  private readonly client: S3Client;

  private constructor(
    private readonly sdk: Sdk,
    private readonly settings: S3Settings,
    private readonly spool: Spool,
    private readonly youngMs: number,
  ) {
    super();
    const { endpoint, region, accessKeyId, secretAccessKey, pathStyle } = settings;
    this.client = new sdk.S3Client({
      ...(endpoint && { endpoint }),
      region,
      forcePathStyle: pathStyle,
      ...(accessKeyId && secretAccessKey && { credentials: { accessKeyId, secretAccessKey } }),
      // Checksums beside those of the signature are an invention that not every compatible server knows.
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
    });
  }

  /**
   * Asks nothing of the service yet.
   * @param youngMs far below the age from which on a collector takes what nobody refers to
   */
  static async open(settings: S3Settings, spool: Spool, youngMs = 60 * 60 * 1000): Promise<S3BlobStore> {
    // Large, and wanted only where there is a bucket: a static import would load it at every start, for the bundle is one module.
    return new S3BlobStore(await import('@aws-sdk/client-s3'), settings, spool, youngMs);
  }

  /** @throws Error when the bucket is not there or may not be used. */
  async check(): Promise<void> {
    await this.client.send(new this.sdk.HeadBucketCommand({ Bucket: this.settings.bucket }));
  }

  override put(content: AsyncIterable<Uint8Array>, { maxBytes }: { maxBytes: number }): Promise<ContentInfo> {
    return this.spool.take(content, Math.min(maxBytes, mostS3Bytes), (path, info) => this.adopt(path, info));
  }

  override async adopt(path: string, info: ContentInfo): Promise<void> {
    if (!(await this.isYoung(info))) await this.publish(path, info);
    await rm(path);
  }

  override async open(hash: string, range?: ByteRange): Promise<Readable | null> {
    if (!isHash(hash)) return null;
    const bytes = range && { Range: `bytes=${range.start}-${range.end}` };
    const found = await unlessMissing(
      this.client.send(new this.sdk.GetObjectCommand({ ...this.place(hash), ...bytes })),
    );
    return found && (found.Body as Readable);
  }

  override async stat(hash: string): Promise<StoredBlob | null> {
    if (!isHash(hash)) return null;
    const found = await unlessMissing(this.client.send(new this.sdk.HeadObjectCommand(this.place(hash))));
    return found && { hash, sizeBytes: found.ContentLength!, storedAt: found.LastModified! };
  }

  override async delete(hash: string): Promise<void> {
    if (isHash(hash)) await this.client.send(new this.sdk.DeleteObjectCommand(this.place(hash)));
  }

  override async *list(): AsyncIterable<StoredBlob> {
    const { bucket, prefix } = this.settings;
    for (let token: string | undefined, more = true; more; more = token !== undefined) {
      const page = await this.client.send(
        new this.sdk.ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, ContinuationToken: token }),
      );
      for (const { Key, Size, LastModified } of page.Contents ?? []) {
        const hash = Key!.slice(prefix.length);
        if (isHash(hash)) yield { hash, sizeBytes: Size!, storedAt: LastModified! };
      }
      token = page.NextContinuationToken;
    }
  }

  private async publish(path: string, { hash, sizeBytes }: ContentInfo): Promise<void> {
    // Opened here, for the client would wait for ever for one that cannot be.
    const file = await open(path, 'r');
    const put = new this.sdk.PutObjectCommand({
      ...this.place(hash),
      Body: file.createReadStream(),
      ContentLength: sizeBytes,
      ContentType: contentType,
    });
    // The name is the checksum that the signature wants, so the file is not read twice, and the server refuses other bytes.
    put.middlewareStack.add(
      (next) => (args) => {
        (args.request as { headers: Record<string, string> }).headers['x-amz-content-sha256'] = hash;
        return next(args);
      },
      { step: 'build', name: 'contentHash' },
    );
    await this.client.send(put).finally(() => file.close());
  }

  /** What is put again must count as new, or a collector could take it for old before its event is there: it is sent again unless it is young. */
  private async isYoung({ hash }: ContentInfo): Promise<boolean> {
    const found = await this.stat(hash);
    return found !== null && Date.now() - found.storedAt.getTime() < this.youngMs;
  }

  private place(hash: string): { Bucket: string; Key: string } {
    return { Bucket: this.settings.bucket, Key: `${this.settings.prefix}${hash}` };
  }
}

const contentType = 'application/octet-stream';

/** A HEAD has no body, so its error has no other name than that of the status. */
const missing = new Set(['NotFound', 'NoSuchKey']);

async function unlessMissing<T>(found: Promise<T>): Promise<T | null> {
  try {
    return await found;
  } catch (error) {
    if (missing.has((error as { name?: string }).name ?? '')) return null;
    throw error;
  }
}
