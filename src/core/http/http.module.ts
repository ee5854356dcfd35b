import { type DynamicModule, Module } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { CONFIG, type Config } from '../config/config.js';
import { LOGGER, type Logger } from '../observability/logger.js';
import { ErrorFilter } from './error-filter.js';
import { Pages } from './pages/pages.js';
import { StartController } from './pages/start.controller.js';
import { Visitors } from './pages/visitors.js';
import { Readiness } from './readiness.js';
import { Totals } from './totals.js';

/** Everything served outside GraphQL, and what all modules may inject: CONFIG, LOGGER, Pages, Readiness, Totals, Visitors. */
@Module({})
export class HttpModule {
  /** Import it once, at the root; its exports are global. */
  static forRoot(config: Config, logger: Logger, readiness: Readiness): DynamicModule {
    return {
      module: HttpModule,
      global: true,
      controllers: [StartController],
      providers: [
        { provide: CONFIG, useValue: config },
        { provide: LOGGER, useValue: logger },
        { provide: APP_FILTER, useClass: ErrorFilter },
        Pages,
        { provide: Readiness, useValue: readiness },
        Totals,
        Visitors,
      ],
      exports: [CONFIG, LOGGER, Pages, Readiness, Totals, Visitors],
    };
  }
}
