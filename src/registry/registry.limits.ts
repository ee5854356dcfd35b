/** Limits of the registry, in one place. */
export const registryLimits = {
  /** Each is a row and a few bytes in the state that decides on the next one. */
  versionsPerPackage: 10_000,
  /** Versions that one mutation yanks. */
  versionsPerYank: 100,
  yankReasonChars: 1_000,
  /** Packages or versions that one query names. */
  namesPerLookup: 250,
  /** How long the URL of a private file holds. */
  downloadUrlSeconds: 60 * 60,
  /** Edges of a page for who asks for no number. */
  defaultPageSize: 100,
} as const;
