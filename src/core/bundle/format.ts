/**
 * A bundle is gzip of JSON, one value a line. The first line is the header, an object. Then come sections: `["section", name]` and its
 * rows, each an object. The last line is `["end", {counts, sha256}]`: rows by section, and the SHA-256 of all bytes before that line.
 */
export const bundleVersion = 1;

/** `log`: what `events export` writes. `platform` and `blobs` are the other parts of a backup. */
export type BundleKind = 'log' | 'platform' | 'blobs';

export type BundleHeader<Facts = object> = {
  format: 'waybill bundle';
  version: typeof bundleVersion;
  kind: BundleKind;
  /** Version of the program that wrote it. */
  program: string;
  /** RFC 3339. */
  createdAt: string;
  facts: Facts;
};

/** What the header of a log says. */
export type LogFacts = {
  /** Of the log that was exported. Who imports it keeps a name of his own. */
  incarnation: string;
  partitions: number;
  /** Position of the last event; 0 when there is none. */
  head: number;
  events: number;
  /** `none`: the data keys were left out, and nothing sealed can be read again. */
  keys: 'wrapped' | 'none';
  /** Ids of the ring keys that the data keys are wrapped with. */
  ringKeyIds: string[];
};

export type BundleTrailer = { counts: Record<string, number>; sha256: string };

/** Longer lines are refused: an event has 256 KiB of data and at most as much again of names that it takes, each with its escapes. */
export const maxLineBytes = 4 * 1024 * 1024;

/** A file that is no bundle, not whole, or says something that a log cannot be. Nothing of it was kept. */
export class BundleRefused extends Error {
  override readonly name = 'BundleRefused';
  /** @param line counted from 1, in the unpacked file; null when it is about the whole */
  constructor(
    readonly line: number | null,
    readonly reason: string,
  ) {
    super(line === null ? `The bundle is refused: ${reason}` : `The bundle is refused at line ${line}: ${reason}`);
  }
}
