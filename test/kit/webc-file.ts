import {
  sectionsOf,
  webcParts as partsOf,
  withIndex,
  type Index,
  type Section,
  type WebcParts,
} from '../../src/registry/package-file/write-webc.js';

export {
  atomOf,
  commandOf,
  sha256,
  treeParts,
  u64,
  withLengths,
  type Index,
  type IndexEntry,
  type Section,
  type Tree,
  type TreeParts,
  type WebcParts,
  type WebcVersion,
} from '../../src/registry/package-file/write-webc.js';

/** What a test spoils: whatever it does to the sections, the hashes fit in the end. */
export type WebcEdits = {
  /** After the bodies are known, before hashes are. */
  sections?(sections: Section[]): void;
  index?(index: Index): void;
  /** Zeros behind the index. */
  padding?: Uint8Array;
};

/** A smallest valid module. */
export const emptyModule = Buffer.from('0061736d01000000', 'hex');

/** As the product's, with a module when none is given. */
export function webcParts({
  atoms = { hello: emptyModule },
  ...more
}: Partial<Parameters<typeof partsOf>[0]> = {}): WebcParts {
  return partsOf({ atoms, ...more });
}

/** @returns the file, with hashes, lengths and spans that fit the parts, unless an edit says otherwise. */
export function webcFile(parts: WebcParts, edits: WebcEdits = {}): Buffer {
  const sections = sectionsOf(parts);
  edits.sections?.(sections);
  return withIndex(sections, parts.version, edits.index, edits.padding);
}
