/** What is asked for, checked. */
export type SeedOptions = {
  seed: number;
  users: number;
  packages: number;
  /** Versions of a package on average. */
  versions: number;
  /** Every package has just so many versions. */
  exact: boolean;
  /** So many packages, the first ones, have `largeVersions` versions. */
  large: number;
};

export const largeVersions = 200;

/** The least, the most, and what is taken when nothing is said. */
export const seedLimits = {
  seed: { least: 0, most: 2 ** 31 - 1, standard: 1 },
  users: { least: 1, most: 10_000, standard: 5 },
  packages: { least: 0, most: 1_000_000, standard: 50 },
  versions: { least: 1, most: 1_000, standard: 5 },
  large: { least: 0, most: 1_000, standard: 0 },
} as const;
