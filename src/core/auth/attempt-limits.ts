/** So many tries in a window of so many seconds. A limit that is not named is not counted. */
export type AttemptLimit = {
  windowSeconds: number;
  /** By one address at one account: what stops who guesses. */
  perAccountAndAddress?: number;
  /** At one account from anywhere: far higher where a stranger could lock the owner out by it. */
  perAccount?: number;
  /** By one address at anything. */
  perAddress?: number;
};

const minute = 60;
const hour = 60 * minute;

/** All limits on tries, each multiplied by the setting WAYBILL_LIMIT_FACTOR. */
export const attemptLimits = {
  /** Passwords at the login; one that fits gives its try back. */
  login: { windowSeconds: 15 * minute, perAccountAndAddress: 10, perAccount: 100, perAddress: 100 },
  /** Passwords of the logged-in account, asked for again; one that fits gives its try back. */
  password: { windowSeconds: 15 * minute, perAccount: 10 },
  /** New accounts. */
  register: { windowSeconds: hour, perAddress: 20 },
  /** Mails with a link to set a password; the account is the e-mail address that is asked for. */
  'password-reset': { windowSeconds: hour, perAccount: 5, perAddress: 20 },
  /** Mails with a link to prove an address. */
  'email-validation': { windowSeconds: hour, perAccount: 5 },
  /** Other addresses for one account: each try tells whether an address is taken. */
  'email-change': { windowSeconds: hour, perAccount: 10 },
} as const satisfies Record<string, AttemptLimit>;

export type AttemptScope = keyof typeof attemptLimits;
