import type { ContentInfo } from '../blob/hashed-write.js';
import { refuse } from './upload.errors.js';

/** What is known of an upload. It is on the disk before anybody is told. */
export type UploadState = {
  /** As in its URL. */
  expiresAt: number;
  /** Begun by a request of its own, after which a file without bytes needs no further one. */
  isSession: boolean;
  /** Bytes of chunks that are safe on the disk. */
  receivedBytes: number;
  /** Null while nobody has said. */
  totalBytes: number | null;
  /** What the upload is counted for. */
  reservedBytes: number;
  /** The whole file, when it is there. */
  whole: WholeFile | null;
};

/** `name` is that of a file in the folder of the upload. */
export type WholeFile = ContentInfo & { name: string };

/** How far an upload is. */
export type Progress = { receivedBytes: number; isWhole: boolean };

export function freshState(expiresAt: number): UploadState {
  return { expiresAt, isSession: false, receivedBytes: 0, totalBytes: null, reservedBytes: 0, whole: null };
}

export const progressOf = ({ receivedBytes, whole }: UploadState): Progress => ({
  receivedBytes,
  isWhole: whole !== null,
});

/** The state with the total that a request names. @throws Refusal UPLOAD_CONFLICT when it was another, or more is there */
export function agreed(state: UploadState, total: number | null): UploadState {
  if (total === null) return state;
  const { totalBytes, receivedBytes } = state;
  if ((totalBytes !== null && totalBytes !== total) || receivedBytes > total) {
    throw refuse('UPLOAD_CONFLICT', { totalBytes, receivedBytes }, 'The upload was told another total before.');
  }
  return { ...state, totalBytes: total };
}

/** All is there, but nobody has made the whole file of it yet. */
export const isReceived = ({ whole, receivedBytes, totalBytes }: UploadState): boolean =>
  !whole && receivedBytes === totalBytes;

/** A client that has no bytes to send begins a session, and that is all. */
export const isEmptySession = ({ isSession, whole, receivedBytes, totalBytes }: UploadState): boolean =>
  isSession && !whole && receivedBytes === 0 && !totalBytes;

export function becomeWhole(state: UploadState, whole: WholeFile): UploadState {
  const { sizeBytes } = whole;
  return { ...state, receivedBytes: sizeBytes, totalBytes: sizeBytes, reservedBytes: sizeBytes, whole };
}
