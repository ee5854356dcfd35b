import type { FastifyInstance } from 'fastify';
import type { Config } from '../config/config.js';
import type { Logger } from '../observability/logger.js';
import { answerAsJson, failureOf } from './failure.js';
import { createFastify } from './fastify.js';
import { serveHealth } from './health.js';
import type { Readiness } from './readiness.js';

/**
 * The HTTP server of a process that serves no API: the probes, within the same limits. It does not listen yet.
 * @param elsewhere one sentence for whoever comes for something else.
 */
export function createProbes(config: Config, logger: Logger, readiness: Readiness, elsewhere: string): FastifyInstance {
  const fastify = createFastify(config, logger);
  serveHealth(fastify, readiness);
  fastify.setNotFoundHandler((request, reply) =>
    answerAsJson(request, reply, { status: 404, code: 'NOT_FOUND', message: elsewhere }),
  );
  fastify.setErrorHandler((error, request, reply) => answerAsJson(request, reply, failureOf(error, request)));
  return fastify;
}
