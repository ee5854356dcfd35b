import { createHash } from 'node:crypto';
import type { Binaries } from './binaries.js';

/** For a small machine that also runs Node. What is not named here stays at Postgres's own default. */
const defaults: Record<string, string> = {
  cluster_name: 'waybill',
  shared_buffers: '128MB',
  max_wal_size: '1GB',
  // JIT pays for long analytic queries only, and costs every planned query of ours.
  jit: 'off',
  timezone: 'UTC',
  log_timezone: 'UTC',
  password_encryption: 'scram-sha-256',
  // Loopback only, with a password; no socket file whose path could be too long.
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  // Expected refusals are raised as errors (SQLSTATE class WB) and belong in the service's log: here stand the server's own life (LOG),
  // lost sessions (FATAL) and PANIC. In this setting LOG ranks above ERROR.
  log_min_messages: 'log',
  log_min_error_statement: 'panic',
  log_checkpoints: 'off',
  log_autovacuum_min_duration: '-1',
  // A query whose client was killed ends soon, with its locks.
  client_connection_check_interval: '2s',
};

/** Names binaries and settings in the server's command line, so that a later start sees whether a live server is the one it would start. */
const FINGERPRINT = 'waybill.fingerprint';

/** All settings of the server but the port. */
export function serverSettings(
  binaries: Binaries,
  maxConnections: number,
  overrides: Record<string, string>,
): Record<string, string> {
  const settings: Record<string, string> = { ...defaults, max_connections: String(maxConnections), ...overrides };
  // This one needs poll(2) with POLLRDHUP, which only Linux and some BSDs have; elsewhere Postgres refuses it.
  if (process.platform !== 'linux') delete settings['client_connection_check_interval'];
  const told = JSON.stringify([binaries.folder, binaries.version, Object.entries(settings).sort()]);
  return { ...settings, [FINGERPRINT]: createHash('sha256').update(told).digest('hex').slice(0, 16) };
}

export function serverArguments(cluster: string, port: number, settings: Record<string, string>): string[] {
  const options = Object.entries({ port: String(port), ...settings });
  return ['-D', cluster, ...options.flatMap(([name, value]) => ['-c', `${name}=${value}`])];
}

/** Whether a server, whose `postmaster.opts` this is, was started with these settings. */
export function startedWith(postmasterOpts: string, settings: Record<string, string>): boolean {
  return postmasterOpts.includes(`${FINGERPRINT}=${settings[FINGERPRINT]}`);
}
