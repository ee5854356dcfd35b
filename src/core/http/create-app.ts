import type { DynamicModule, Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Config } from '../config/config.js';
import type { Logger } from '../observability/logger.js';
import { NestLogger } from '../observability/nest-logger.js';
import { createFastify } from './fastify.js';
import { serveHealth } from './health.js';
import { HttpModule } from './http.module.js';
import { acceptForms } from './pages/post-form.js';
import { Readiness } from './readiness.js';

/**
 * Puts the application's modules on the HTTP shell. It does not listen yet.
 * @param imports modules of the product, and `createGraphqlModule(…)`.
 * @param readiness what `/readyz` reports, when others register checks, too.
 * @throws whatever a module throws while it starts.
 */
export async function createApp(
  config: Config,
  logger: Logger,
  imports: (Type | DynamicModule)[],
  readiness = new Readiness(),
): Promise<NestFastifyApplication> {
  const fastify = createFastify(config, logger);
  acceptForms(fastify, config);
  serveHealth(fastify, readiness);
  class Waybill {}
  const root: DynamicModule = { module: Waybill, imports: [HttpModule.forRoot(config, logger, readiness), ...imports] };
  return NestFactory.create<NestFastifyApplication>(root, new FastifyAdapter(fastify), {
    logger: new NestLogger(logger),
    abortOnError: false,
    // Fastify's own parser: it refuses a body that is too large or that would change an object's prototype.
    bodyParser: false,
  });
}
