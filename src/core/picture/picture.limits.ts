/** What is taken as a picture, and what is made of it. */
export const pictureLimits = {
  inputBytes: 5 * 1024 * 1024,
  /** Width times height: few bytes can unfold to very many. */
  inputPixels: 25_000_000,
  /** Longest edge of what is stored. */
  edgePixels: 512,
  /** For decoding, scaling and encoding together. */
  timeoutSeconds: 10,
} as const;

/** Longest edges in which a picture can be asked for; few, so that they can be kept ready. */
export const pictureSizes = [40, 80, 160, 320, pictureLimits.edgePixels] as const;

/** The smallest of the sizes that is enough, else the largest. */
export function pictureSize(pixels: number): number {
  return pictureSizes.find((size) => size >= pixels) ?? pictureLimits.edgePixels;
}
