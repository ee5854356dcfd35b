import type { Field } from '../../core/http/pages/form.js';
import { passwordRules } from '../../core/auth/passwords.js';

/** Wherever a password is chosen. */
export const newPassword: Field = {
  name: 'password',
  label: 'Password',
  type: 'password',
  hint: `At least ${passwordRules.minBytes} characters. Several words in a row are easy to keep and hard to guess.`,
  autocomplete: 'new-password',
};
