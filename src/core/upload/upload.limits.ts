/** What an upload may be; the largest size of one is a setting. */
export const uploadLimits = {
  /** How long a URL may take a new upload, from when it is made. */
  expiresSeconds: { least: 1, most: 24 * 60 * 60 },
  /** After the URL has expired: how long an upload that was begun may go on, and how long one that nobody took is kept. */
  keptSeconds: 24 * 60 * 60,
  /** Uploads of one owner that are kept, whole or not. */
  perOwner: 256,
  /** What the uploads of one owner take together, as a multiple of the largest that one may be. */
  ownerShare: 4,
  /** A sender that sends nothing for so long is cut off. */
  idleMs: 60_000,
  /** How long a server that stops waits for uploads under way. */
  stopMs: 20_000,
  /** What is read on of a body that was refused, so that its sender sees why. */
  discardedBytes: 32 * 1024 * 1024,
} as const;
