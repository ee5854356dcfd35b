import { createHmac, randomBytes } from 'node:crypto';
import { equalBytes } from '../crypto/equal-bytes.js';

/** What a URL says of its upload. All of it is signed. */
export type UploadRef = {
  /** base64url of: owner (12 bytes), largest size (6 bytes), 12 random bytes. It is also the name of a folder. */
  id: string;
  /** Whose it is: a keyed hash, the beginning of the id. */
  owner: string;
  maxBytes: number;
  /** Until when an upload may begin, in seconds since 1970. */
  expiresAt: number;
};

/** `signature`: what a caller is given. `session`: what a resumable upload is answered with; it lasts longer. */
export type UrlKind = 'signature' | 'session';

const OWNER_BYTES = 12;
const SIZE_BYTES = 6;
const RANDOM_BYTES = 12;
/** 192 bits of HMAC-SHA256. This and the other lengths are thirds of triples, so that base64 needs no padding. */
const MAC_BYTES = 24;
const idForm = /^[A-Za-z0-9_-]{40}$/;
const macForm = /^[A-Za-z0-9_-]{32}$/;
/** Far longer than any that is made here. */
const mostCharacters = 2048;

/** Upload URLs, made and read with one key of this installation. They are stored nowhere, so making one costs nothing. */
export class UploadUrls {
  constructor(private readonly key: Buffer) {}

  /** @param base scheme and host, without a slash at the end */
  make(base: string, userId: string, maxBytes: number, expiresAt: number): string {
    const size = Buffer.alloc(SIZE_BYTES);
    size.writeUIntBE(maxBytes, 0, SIZE_BYTES);
    const id = Buffer.concat([this.ownerOf(userId), size, randomBytes(RANDOM_BYTES)]).toString('base64url');
    return this.urlOf(base, 'signature', id, expiresAt);
  }

  /** Where the rest of an upload goes that was begun. The same upload gives the same URL. */
  session(base: string, { id, expiresAt }: UploadRef): string {
    return this.urlOf(base, 'session', id, expiresAt);
  }

  /** @param url absolute, or from the path on; the host is not looked at. @returns null for what was not made here */
  parse(url: string): { ref: UploadRef; kind: UrlKind } | null {
    if (url.length > mostCharacters || !URL.canParse(url, 'http://localhost')) return null;
    const { pathname, searchParams } = new URL(url, 'http://localhost');
    const id = pathname.startsWith(uploadPath) ? pathname.slice(uploadPath.length) : '';
    const kind = searchParams.has('session') ? 'session' : 'signature';
    const expires = searchParams.get('expires') ?? '';
    const given = searchParams.get(kind) ?? '';
    if (!idForm.test(id) || !/^\d{1,12}$/.test(expires) || !macForm.test(given)) return null;
    const expiresAt = Number(expires);
    if (!equalBytes(Buffer.from(given, 'base64url'), this.mac(kind, id, expiresAt))) return null;
    return { ref: { ...partsOf(id), expiresAt }, kind };
  }

  isOwnedBy({ owner }: UploadRef, userId: string): boolean {
    return equalBytes(Buffer.from(owner), Buffer.from(this.ownerOf(userId).toString('base64url')));
  }

  private urlOf(base: string, kind: UrlKind, id: string, expiresAt: number): string {
    const mac = this.mac(kind, id, expiresAt).toString('base64url');
    return `${base}${uploadPath}${id}?expires=${expiresAt}&${kind}=${mac}`;
  }

  private ownerOf(userId: string): Buffer {
    return this.hmac(`owner\0${userId}`).subarray(0, OWNER_BYTES);
  }

  private mac(kind: UrlKind, id: string, expiresAt: number): Buffer {
    return this.hmac(`${kind}\0${id}\0${expiresAt}`).subarray(0, MAC_BYTES);
  }

  private hmac(text: string): Buffer {
    return createHmac('sha256', this.key).update(text).digest();
  }
}

/** Path of every upload, up to its id. */
export const uploadPath = '/uploads/';

/** @param id of the right form */
export const ownerIn = (id: string): string => id.slice(0, (OWNER_BYTES / 3) * 4);

function partsOf(id: string): Pick<UploadRef, 'id' | 'owner' | 'maxBytes'> {
  const maxBytes = Buffer.from(id, 'base64url').readUIntBE(OWNER_BYTES, SIZE_BYTES);
  return { id, owner: ownerIn(id), maxBytes };
}
