import { emailChanged } from './email-changed.mail.js';
import { emailValidation } from './email-validation.mail.js';
import { passwordChanged } from './password-changed.mail.js';
import { passwordReset } from './password-reset.mail.js';

/** Every mail of the silo: the reactor that asks for it, and the task that sends it. */
export const mails = [passwordReset, emailValidation, passwordChanged, emailChanged];
