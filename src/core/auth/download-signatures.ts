import { createHmac } from 'node:crypto';
import { equalBytes } from '../crypto/equal-bytes.js';

/** 192 bits of HMAC-SHA256; a third of a triple, so that base64 needs no padding. */
const MAC_BYTES = 24;
const macForm = /^[A-Za-z0-9_-]{32}$/;

/** What the query string of a signed URL holds, as it came: by name, none, one or several texts. */
export type SignedQuery = { expires?: unknown; signature?: unknown };

/** The signatures in URLs of private files, made and checked with one key of this installation. They are stored nowhere. */
export class DownloadSignatures {
  constructor(private readonly key: Buffer) {}

  /**
   * @param id of what the URL leads to
   * @param expiresAt until when it does, in seconds since 1970
   * @returns the query string, without the question mark
   */
  query(id: string, expiresAt: number): string {
    return `expires=${expiresAt}&signature=${this.mac(id, String(expiresAt)).toString('base64url')}`;
  }

  /** Whether a query string was made here, for this id, and is not over. @param nowSeconds since 1970 */
  isValid(id: string, { expires, signature }: SignedQuery, nowSeconds: number): boolean {
    if (typeof expires !== 'string' || !/^\d{1,12}$/.test(expires)) return false;
    if (typeof signature !== 'string' || !macForm.test(signature)) return false;
    return equalBytes(Buffer.from(signature, 'base64url'), this.mac(id, expires)) && Number(expires) > nowSeconds;
  }

  private mac(id: string, expires: string): Buffer {
    return createHmac('sha256', this.key).update(`${id}\0${expires}`).digest().subarray(0, MAC_BYTES);
  }
}
