import { type DynamicModule, Module } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { CONFIG, type Config } from '../config/config.js';
import { LOGGER, type Logger } from '../observability/logger.js';
import { ErrorFilter } from './error-filter.js';
import { HealthController } from './health.controller.js';
import { PagesController } from './pages.controller.js';
import { Readiness } from './readiness.js';
import { Totals } from './totals.js';

/** Everything served outside GraphQL, and what all modules may inject: CONFIG, LOGGER, Readiness, Totals. */
@Module({})
export class HttpModule {
  /** Import it once, at the root; its exports are global. */
  static forRoot(config: Config, logger: Logger): DynamicModule {
    return {
      module: HttpModule,
      global: true,
      controllers: [HealthController, PagesController],
      providers: [
        { provide: CONFIG, useValue: config },
        { provide: LOGGER, useValue: logger },
        { provide: APP_FILTER, useClass: ErrorFilter },
        Readiness,
        Totals,
      ],
      exports: [CONFIG, LOGGER, Readiness, Totals],
    };
  }
}
