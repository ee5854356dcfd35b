import { BrowserSessions } from './browser-sessions.js';
import { LoginController } from './login.controller.js';
import { RegisterController } from './register.controller.js';
import { Visits } from './visits.js';

/** What the pages of accounts add to the silo's module. */
export const pageControllers = [LoginController, RegisterController];
export const pageProviders = [BrowserSessions, Visits];
