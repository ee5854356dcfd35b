import type { DynamicModule, Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Config } from '../config/config.js';
import type { Logger } from '../observability/logger.js';
import { NestLogger } from '../observability/nest-logger.js';
import { createFastify } from './fastify.js';
import { HttpModule } from './http.module.js';

/**
 * Puts the application's modules on the HTTP shell. It does not listen yet.
 * @param imports modules of the product, and `createGraphqlModule(…)`.
 * @throws whatever a module throws while it starts.
 */
export async function createApp(
  config: Config,
  logger: Logger,
  imports: (Type | DynamicModule)[],
): Promise<NestFastifyApplication> {
  class Waybill {}
  const root: DynamicModule = { module: Waybill, imports: [HttpModule.forRoot(config, logger), ...imports] };
  return NestFactory.create<NestFastifyApplication>(root, createFastify(config, logger), {
    logger: new NestLogger(logger),
    abortOnError: false,
    // Fastify's own parser: it refuses a body that is too large or that would change an object's prototype.
    bodyParser: false,
  });
}
