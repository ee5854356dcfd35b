/**
 * An expected "no" to a caller: a rule was broken, a thing is missing, a name is taken.
 * Its code is stable and documented in a catalogue (`errorCatalogue`); everything else that is thrown is a fault and masked.
 */
export class Refusal extends Error {
  override readonly name = 'Refusal';

  constructor(
    readonly code: string,
    message: string,
    readonly details: RefusalDetails = {},
  ) {
    super(message);
  }

  /** The same, of this field of the input, unless it names one itself. */
  inField(field: string): Refusal {
    return new Refusal(this.code, this.message, { field, ...this.details });
  }
}

export type RefusalDetails = {
  /** Path of the input field at fault, as the client wrote it: `name`, `avatarUpload`. */
  field?: string;
  /** The broken rule in words or as a rule name: `maxLength 63`. */
  rule?: string;
  /** Further facts for the client; never personal data, never a secret. */
  [fact: string]: unknown;
};
