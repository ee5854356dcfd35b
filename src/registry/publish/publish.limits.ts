/** Limits of what a version says of itself. */
export const publishLimits = {
  /** Manifest of a webc as JSON. */
  webcManifestBytes: 128 * 1024,
  /** README and licence, each. */
  textBytes: 1024 * 1024,
} as const;
