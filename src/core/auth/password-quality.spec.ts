import { commonPasswords } from './common-passwords.js';
import { passwordProblem } from './password-quality.js';
import { passwordRules } from './passwords.js';

const ada = { username: 'ada-lovelace', email: 'Ada.Lovelace+work@example.org' };

it.each([
  ['ada-lovelace', 'must not be the user name'],
  ['ADA-Lovelace', 'must not be the user name'],
  ['ada.lovelace+work', 'must not be the e-mail address or its name'],
  ['ada.lovelace+work@EXAMPLE.org', 'must not be the e-mail address or its name'],
  ['password123', 'must not be one of the most common passwords'],
  ['PassWord123', 'must not be one of the most common passwords'],
  ['ｐａｓｓｗｏｒｄ', 'must not be one of the most common passwords'],
  ['ada-lovelace-1815', null],
  ['example.org', null],
  ['correct horse battery staple', null],
])('judges %s', (password, problem) => {
  expect(passwordProblem(password, ada)).toBe(problem);
});

it('takes an address without an @ as its own name', () => {
  expect(passwordProblem('operator', { username: 'x', email: 'operator' })).toBe(
    'must not be the e-mail address or its name',
  );
});

it('keeps a list of what the length rule lets through, folded, each once', () => {
  expect(commonPasswords.size).toBeGreaterThan(200);
  for (const password of commonPasswords) {
    expect(password.length).toBeGreaterThanOrEqual(passwordRules.minBytes);
    expect(password).toBe(password.normalize('NFKC').toLowerCase());
  }
});
