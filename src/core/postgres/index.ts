export { checkExternalPostgres } from './external.js';
export { acquireDataDirLock, type DataDirLock } from './lock.js';
export { runningEmbeddedPostgres } from './running.js';
export { startEmbeddedPostgres, type EmbeddedPostgres, type StartOptions } from './start.js';
export { StartupError } from './startup-error.js';
