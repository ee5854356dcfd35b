import { Refusal, type RefusalDetails } from './refusal.js';

export type ErrorEntry = {
  /** What the client is told. Safe to show to anybody. */
  message: string;
  /** What it means and what the caller can do, for the documentation. */
  help: string;
};

const everyEntry = new Map<string, ErrorEntry>();

/**
 * Declares the refusals of one silo, once. Codes are unique in the whole product, for clients switch on them.
 * @returns `refuse(code, details, message)`, which makes (not throws) the refusal; `message` replaces the entry's text.
 * @throws Error at load time when a code is declared twice.
 */
export function errorCatalogue<Code extends string>(entries: Record<Code, ErrorEntry>) {
  for (const [code, entry] of Object.entries<ErrorEntry>(entries)) {
    if (everyEntry.has(code)) throw new Error(`The error code ${code} is declared twice.`);
    everyEntry.set(code, entry);
  }
  return {
    refuse: (code: Code, details?: RefusalDetails, message?: string): Refusal =>
      new Refusal(code, message ?? entries[code].message, details),
  };
}

/** All declared codes with their texts, for the documentation and the allow-list of the error formatter. */
export function everyErrorCode(): ReadonlyMap<string, ErrorEntry> {
  return everyEntry;
}
