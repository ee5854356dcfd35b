import { createHmac } from 'node:crypto';
import { equalBytes } from '../crypto/equal-bytes.js';

/** What a link stands for: one challenge of one account. */
export type Link = {
  /** What the link is good for; one made for another purpose does not fit. */
  purpose: string;
  /** The account's number. */
  number: number;
  /** A UUID. */
  challengeId: string;
};

/**
 * `wbl_<base64url of: number (8 bytes), challenge id (16 bytes), MAC (24 bytes)>`. It is stored nowhere: whoever has the key can make it
 * anew from the challenge, and whether the challenge is still open is known where challenges are kept.
 */
const PREFIX = 'wbl_';
const NUMBER_BYTES = 8;
const ID_BYTES = 16;
/** 192 bits of HMAC-SHA256; a third of a triple, so that base64 needs no padding. */
const MAC_BYTES = 24;
/** 48 bytes are 64 characters, each text for one content only. */
const form = /^wbl_[A-Za-z0-9_-]{64}$/;

/** The tokens of links in mails, made and read with one key of this installation. */
export class LinkTokens {
  constructor(private readonly key: Buffer) {}

  /** The same link gives the same token, so that it can be made by whoever sends the mail, at any time. */
  tokenOf(link: Link): string {
    const content = contentOf(link);
    return PREFIX + Buffer.concat([content, this.mac(link.purpose, content)]).toString('base64url');
  }

  /** Null for a text that this installation did not make for this purpose. */
  parse(purpose: string, token: string): Link | null {
    if (!form.test(token)) return null;
    const bytes = Buffer.from(token.slice(PREFIX.length), 'base64url');
    const content = bytes.subarray(0, NUMBER_BYTES + ID_BYTES);
    if (!equalBytes(bytes.subarray(content.length), this.mac(purpose, content))) return null;
    return {
      purpose,
      number: Number(content.readBigUInt64BE()),
      challengeId: uuidFrom(content.subarray(NUMBER_BYTES)),
    };
  }

  private mac(purpose: string, content: Buffer): Buffer {
    const mac = createHmac('sha256', this.key).update(`${purpose}\0`).update(content).digest();
    return mac.subarray(0, MAC_BYTES);
  }
}

function contentOf({ number, challengeId }: Link): Buffer {
  const content = Buffer.alloc(NUMBER_BYTES + ID_BYTES);
  content.writeBigUInt64BE(BigInt(number));
  content.write(challengeId.replaceAll('-', ''), NUMBER_BYTES, 'hex');
  return content;
}

function uuidFrom(bytes: Buffer): string {
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
