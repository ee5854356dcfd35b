const kib = 1024;

/** What a publisher may say of a version. Sizes are those of the text in UTF-8. */
export const publishLimits = {
  /** The wasmer.toml that comes with a version. */
  manifestBytes: 64 * kib,
  /** The manifest of the webc as JSON: every client that resolves the package gets it, for each of its versions. */
  webcManifestBytes: 128 * kib,
  descriptionChars: 2_000,
  licenseChars: 200,
  urlChars: 500,
  keywords: 20,
  keywordChars: 50,
  readmeBytes: 1024 * kib,
  licenseFileBytes: 1024 * kib,
  /** Names of each side that a refusal lists. */
  namesTold: 20,
} as const;
