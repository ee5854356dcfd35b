import { randomBytes } from 'node:crypto';
import {
  closeSync,
  fstatSync,
  fsyncSync,
  linkSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import {
  generateRingKey,
  InvalidKeyRing,
  KeyRing,
  UnknownRingKey,
  type KeyWrapper,
  type WrappedKey,
} from './key-ring.js';

/** All file access here is synchronous: the file is tiny, it is read at start and after a rotation only, and `unwrap` must not wait. */

/** A key ring that lives in a file and follows it when another process rotates. */
export class KeyRingFile implements KeyWrapper {
  private current: { ring: KeyRing; version: string };

  /** @throws InvalidKeyRing; ENOENT when there is no file: `openKeyRingFile` makes one. */
  constructor(readonly path: string) {
    this.current = readRing(path);
  }

  /** The ring as last read. */
  get ring(): KeyRing {
    return this.current.ring;
  }

  wrap(dataKey: Buffer): WrappedKey {
    return this.ring.wrap(dataKey);
  }

  /**
   * Reads the file again when the id is unknown, for then another process has put a new key first.
   * @throws UnknownRingKey, InvalidFernetToken, InvalidKeyRing
   */
  unwrap(wrapped: string, ringKeyId: string): Buffer {
    try {
      return this.ring.unwrap(wrapped, ringKeyId);
    } catch (error) {
      if (!(error instanceof UnknownRingKey) || !this.reload()) throw error;
      return this.ring.unwrap(wrapped, ringKeyId);
    }
  }

  /**
   * Reads the file again if it was replaced since.
   * @returns whether it was
   * @throws InvalidKeyRing
   */
  reload(): boolean {
    if (versionOf(statSync(this.path)) === this.current.version) return false;
    this.current = readRing(this.path);
    return true;
  }
}

/**
 * Opens the key ring at `path`; where there is none, makes one with one fresh key. The folder must exist.
 * @throws InvalidKeyRing when others may read the file or it holds no valid keys
 */
export function openKeyRingFile(path: string): KeyRingFile {
  try {
    return new KeyRingFile(path);
  } catch (error) {
    if (!isCode(error, 'ENOENT')) throw error;
  }
  createKeyRingFile(path);
  return new KeyRingFile(path);
}

/**
 * Puts a fresh key first. Processes that run go on with their own first key and learn the new one when they meet its id.
 * @returns the id of the new key
 * @throws InvalidKeyRing, also when another rotation holds `<path>.next`
 */
export function addKeyFirst(path: string): string {
  const next = `${path}.next`;
  const file = openNext(next);
  try {
    // Read only now: `.next` is also the lock, so no other rotation can come between the reading and the rename.
    const text = `${generateRingKey()}\n${readPrivate(path).text}`;
    const { firstKeyId } = parseRing(path, text);
    writeWhole(file, text);
    renameSync(next, path);
    syncFolder(path);
    return firstKeyId;
  } catch (error) {
    rmSync(next, { force: true });
    throw error;
  } finally {
    closeSync(file);
  }
}

/**
 * Makes a ring of one fresh key where there is none; an existing file is left alone. Two processes that start at once
 * must end with the same ring, or data keys wrapped by the loser are lost. So the file is made whole under another
 * name and linked, which fails, unlike a rename, when the other was first.
 */
export function createKeyRingFile(path: string): void {
  const temporary = `${path}.${randomBytes(6).toString('hex')}.new`;
  const file = openSync(temporary, 'wx', 0o600);
  try {
    writeWhole(
      file,
      `# Waybill key ring. The first key wraps, all unwrap. Keep a copy apart from the database's.\n${generateRingKey()}\n`,
    );
    linkSync(temporary, path);
  } catch (error) {
    if (!isCode(error, 'EEXIST')) throw error;
  } finally {
    closeSync(file);
    rmSync(temporary);
  }
  syncFolder(path);
}

function readRing(path: string): { ring: KeyRing; version: string } {
  const { text, version } = readPrivate(path);
  return { ring: parseRing(path, text), version };
}

/** Looks at the mode of what it opened, not of what stood there a moment before. */
function readPrivate(path: string): { text: string; version: string } {
  const file = openSync(path, 'r');
  try {
    const stat = fstatSync(file);
    if (stat.mode & 0o077) throw new InvalidKeyRing(`Others can read the key ring ${path}. Run: chmod 600 ${path}`);
    return { text: readFileSync(file, 'utf8'), version: versionOf(stat) };
  } finally {
    closeSync(file);
  }
}

function parseRing(path: string, text: string): KeyRing {
  try {
    return KeyRing.fromText(text);
  } catch (error) {
    throw error instanceof InvalidKeyRing ? new InvalidKeyRing(`${path}: ${error.message}`) : error;
  }
}

function openNext(next: string): number {
  try {
    return openSync(next, 'wx', 0o600);
  } catch (error) {
    if (!isCode(error, 'EEXIST')) throw error;
    throw new InvalidKeyRing(`Another rotation is at work. If none is, delete ${next} and try again.`);
  }
}

function writeWhole(file: number, text: string): void {
  writeFileSync(file, text);
  fsyncSync(file);
}

/** A new name is durable only after its folder is. */
function syncFolder(path: string): void {
  const folder = openSync(dirname(path), 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

function versionOf(stat: { ino: number; mtimeMs: number; size: number }): string {
  return `${stat.ino}:${stat.mtimeMs}:${stat.size}`;
}

function isCode(error: unknown, code: string): boolean {
  return (error as NodeJS.ErrnoException).code === code;
}
