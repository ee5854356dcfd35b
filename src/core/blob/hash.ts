/** A SHA-256 in lower-case hex: the only name that a content has. Nothing else from outside may become a path or a key. */
export const isHash = (text: string): boolean => /^[0-9a-f]{64}$/.test(text);
