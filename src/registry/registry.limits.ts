/** Limits of the registry, in one place. */
export const registryLimits = {
  /** Each is a row and a few bytes in the state that decides on the next one. */
  versionsPerPackage: 10_000,
  /** Versions that one mutation yanks. */
  versionsPerYank: 100,
  yankReasonChars: 1_000,
} as const;
