import { commonPasswords } from './common-passwords.js';

/**
 * Why a password is too easy to guess for this person, or null. Letter case does not help it. Length is not looked at
 * here: see `assertPasswordLength`.
 * @returns the broken rule in words, for a refusal's `rule`; it never quotes the password
 */
export function passwordProblem(
  password: string,
  { username, email }: { username: string; email: string },
): string | null {
  const guess = fold(password);
  if (guess === fold(username)) return 'must not be the user name';
  if (guess === fold(email) || guess === fold(localPart(email))) return 'must not be the e-mail address or its name';
  if (commonPasswords.has(guess)) return 'must not be one of the most common passwords';
  return null;
}

/** Compatibility forms too: full-width letters are typed as easily as others. */
function fold(text: string): string {
  return text.normalize('NFKC').toLowerCase();
}

function localPart(email: string): string {
  const at = email.lastIndexOf('@');
  return at < 0 ? email : email.slice(0, at);
}
