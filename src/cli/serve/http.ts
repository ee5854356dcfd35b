import type { Config } from '../../core/config/config.js';
import { createProbes } from '../../core/http/probes.js';
import { drain } from '../../core/http/shutdown.js';
import { StartupError } from '../../core/postgres/startup-error.js';
import type { Foundation } from './foundation.js';
import { listed } from './roles.js';

/** Begins to take requests. @returns the address, with the port that was free when any may be taken @throws StartupError */
export type Listen = () => Promise<string>;

/** What a process without the API answers: probes, and who runs here. */
export function openProbes({ config, log, roles, readiness, closing }: Foundation): Listen {
  const elsewhere = `This process runs ${listed(roles)}, not the API: that is where "serve --roles api" runs.`;
  const fastify = createProbes(config, log, readiness, elsewhere);
  closing.add(() => drain(fastify, readiness));
  const { port, host } = config;
  return () => listening(config, () => fastify.listen({ port, host }));
}

/** @throws StartupError when the address cannot be had */
export async function listening(config: Pick<Config, 'port' | 'host'>, listen: Listen): Promise<string> {
  try {
    return await listen();
  } catch (error) {
    throw listenFailure(error, config);
  }
}

function listenFailure(error: unknown, { port, host }: Pick<Config, 'port' | 'host'>): unknown {
  const code = (error as { code?: string }).code;
  if (code === 'EADDRINUSE')
    return new StartupError(`Port ${port} on ${host} is in use. Stop what uses it, or choose another with PORT.`);
  if (code === 'EACCES')
    return new StartupError(`This account may not listen on port ${port}. Choose a PORT above 1023.`);
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND')
    return new StartupError(`HOST ${host} is no address of this machine.`);
  return error;
}
