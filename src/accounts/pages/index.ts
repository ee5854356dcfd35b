import { AccessTokensController } from './access-tokens.controller.js';
import { ApproveController } from './approve.controller.js';
import { BrowserSessions } from './browser-sessions.js';
import { BrowserVisitors } from './browser-visitors.js';
import { EmailController } from './email.controller.js';
import { LoginController } from './login.controller.js';
import { PasswordController } from './password.controller.js';
import { RegisterController } from './register.controller.js';
import { ResetController } from './reset.controller.js';
import { SettingsController } from './settings.controller.js';
import { TokenList } from './token-list.js';
import { Visits } from './visits.js';

/** What the pages of accounts add to the silo's module. */
export const pageControllers = [
  AccessTokensController,
  ApproveController,
  EmailController,
  LoginController,
  PasswordController,
  RegisterController,
  ResetController,
  SettingsController,
];
export const pageProviders = [BrowserSessions, BrowserVisitors, TokenList, Visits];
