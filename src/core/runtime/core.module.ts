import { Module, type DynamicModule } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import { SuccessorTokens } from '../auth/successor-tokens.js';
import { Attempts } from '../auth/attempts.js';
import { DownloadSignatures } from '../auth/download-signatures.js';
import { LinkTokens } from '../auth/link-token.js';
import { CONFIG, type Config } from '../config/config.js';
import { CommandGateway } from '../command/command.gateway.js';
import { Dispatcher } from '../command/dispatcher.js';
import { Silos } from '../command/silo.js';
import { StreamReader } from '../command/stream-reader.js';
import { CommandContext } from '../graphql/command-context.js';
import { PersistedDocuments } from '../graphql/persisted/persisted-documents.js';
import { EventStore } from '../event-store/event-store.js';
import { LiveEvents } from '../live/live-events.js';
import { POOL } from '../event-store/pool.js';
import { Reader } from '../read/reader.js';
import { UploadUrls } from '../upload/upload-urls.js';
import type { Core } from './core.js';

/** What silos may inject. Everything was made before the framework starts, so nothing here is request-scoped or asynchronous. */
@Module({})
export class CoreModule {
  static forRoot(core: Core, dispatcher: Dispatcher, live: LiveEvents): DynamicModule {
    const providers = [
      { provide: EventStore, useValue: core.store },
      { provide: StreamReader, useValue: core.reader },
      { provide: Silos, useValue: core.silos },
      { provide: Dispatcher, useValue: dispatcher },
      { provide: LinkTokens, useValue: core.linkTokens },
      { provide: UploadUrls, useValue: core.uploadUrls },
      { provide: DownloadSignatures, useValue: core.downloadSignatures },
      {
        provide: Attempts,
        inject: [CONFIG],
        useFactory: ({ limitFactor }: Config) => new Attempts(core.pool, core.attemptKeys, limitFactor),
      },
      { provide: Reader, useValue: core.readModel },
      { provide: LiveEvents, useValue: live },
      { provide: PersistedDocuments, useValue: new PersistedDocuments(core.pool) },
      { provide: POOL, useValue: core.pool },
      { provide: SuccessorTokens, useValue: core.successorTokens },
      CommandGateway,
      CommandContext,
    ];
    return { module: CoreModule, global: true, imports: [CqrsModule.forRoot()], providers, exports: providers };
  }
}
