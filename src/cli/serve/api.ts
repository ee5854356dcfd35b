import { BlobModule } from '../../core/blob/blob.module.js';
import { createGraphqlModule } from '../../core/graphql/graphql.module.js';
import { createApp } from '../../core/http/create-app.js';
import { closeGracefully } from '../../core/http/shutdown.js';
import { CoreModule } from '../../core/runtime/core.module.js';
import { startHousekeeping } from '../../core/runtime/housekeeping.js';
import type { Projector } from '../../core/runtime/projector.js';
import { UploadModule } from '../../core/upload/upload.module.js';
import { Uploads } from '../../core/upload/uploads.js';
import { graphqlModules } from '../../modules.js';
import { makeFirstOperator } from '../first-start.js';
import type { Foundation } from './foundation.js';
import { listening, type Listen } from './http.js';

/** GraphQL and the pages. Loads the framework, which no other role needs. */
export async function openApi(foundation: Foundation, { waiter, live }: Projector): Promise<Listen> {
  const { config, log, roles, core, readiness, closing } = foundation;
  const modules = [
    CoreModule.forRoot(core, core.dispatcher(waiter), live),
    BlobModule,
    UploadModule,
    createGraphqlModule(graphqlModules),
  ];
  const app = await createApp(config, log, modules, readiness);
  closing.add(() => closeGracefully(app));
  // Here and not with the other chores, for uploads lie in the folder of the process that takes them.
  const uploads = app.get(Uploads, { strict: false });
  const endHousekeeping = startHousekeeping([{ what: 'uploads', work: () => uploads.sweep() }], log);
  closing.add(async () => endHousekeeping());
  return async () => {
    // The projector of another process may start later: the account shows when it does.
    const welcome = await makeFirstOperator(core, core.dispatcher(roles.includes('projector') ? waiter : null));
    const url = await listening(config, async () => {
      await app.listen(config.port, config.host);
      return app.getUrl();
    }).catch((error: unknown) => {
      welcome?.(config.publicUrl, false);
      throw error;
    });
    // With PORT=0 the port is known only now.
    if (config.publicUrl === 'http://localhost:0') config.publicUrl = `http://localhost:${new URL(url).port}`;
    welcome?.(config.publicUrl, true);
    return url;
  };
}
