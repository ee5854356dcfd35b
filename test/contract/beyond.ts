/**
 * What we serve although the contract does not have it, each with the reason: `Type`, `Type.field`, `Type.field(argument)`,
 * `Type implements Interface`, `@directive`. Keep it short: every entry is something that other servers do not answer.
 */
export const beyondContract: Record<string, string> = {};
