import { Inject } from '@nestjs/common';
import { Query, Resolver } from '@nestjs/graphql';
import { CONFIG, type Config } from '../../core/config/config.js';
import { Public } from '../../core/graphql/policy.js';

@Resolver()
export class InfoResolver {
  constructor(@Inject(CONFIG) private readonly config: Config) {}

  /** Read for each answer: with PORT=0 the public URL is known only once the server listens. */
  @Query()
  @Public('clients ask before they log in')
  info() {
    const { publicUrl } = this.config;
    return { baseUrl: publicUrl, defaultFrontend: publicUrl, graphqlUrl: `${publicUrl}/graphql` };
  }
}
