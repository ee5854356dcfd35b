import { AccessTokensController } from './access-tokens.controller.js';
import { ApproveController } from './approve.controller.js';
import { BrowserSessions } from './browser-sessions.js';
import { LoginController } from './login.controller.js';
import { RegisterController } from './register.controller.js';
import { SettingsController } from './settings.controller.js';
import { Visits } from './visits.js';

/** What the pages of accounts add to the silo's module. */
export const pageControllers = [
  AccessTokensController,
  ApproveController,
  LoginController,
  RegisterController,
  SettingsController,
];
export const pageProviders = [BrowserSessions, Visits];
