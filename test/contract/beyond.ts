/**
 * What we serve although the contract does not have it, each with the reason: `Type`, `Type.field`, `Type.field(argument)`,
 * `Type implements Interface`, `@directive`. Keep it short: every entry is something that other servers do not answer.
 */
export const beyondContract: Record<string, string> = {
  'ArchivePackageInput.isArchived':
    'archivePackage has no way back in the contract. A call that toggles would undo itself when it is sent twice, so the input says what is wanted; left out, it archives.',
};
