import { Args, Context, Query, Resolver } from '@nestjs/graphql';
import type { Connection } from '../../core/graphql/connection/connection.js';
import type { Ctx } from '../../core/graphql/context.js';
import { typed } from '../../core/graphql/node/typed.js';
import { Public } from '../../core/graphql/policy.js';
import { Reader } from '../../core/read/reader.js';
import { lastVersionOf, withPackage } from '../package/package.fields.js';
import { maySee, type PackageNode } from '../package/package.queries.js';
import { PackageVersionQueries } from '../package-version/package-version.queries.js';
import type { VersionNode } from '../package-version/version-node.js';
import { versionsInRow } from '../package/recent-versions.js';
import { foundList, type Found } from './found-list.js';
import { namespaceRanking, userRanking } from './owners.search.js';
import { alikeRanking, packageRanking } from './packages.search.js';
import { NamespacesFilter, PackagesFilter, SearchArgs, UsersFilter } from './search.inputs.js';
import { searchText, type SearchText } from './search-text.js';

@Resolver()
export class SearchResolver {
  constructor(
    private readonly reader: Reader,
    private readonly versions: PackageVersionQueries,
  ) {}

  @Query()
  @Public(
    'users, namespaces and packages are public, but for private packages, which are there only for who manages their owner',
  )
  search(@Args() args: SearchArgs, @Context() ctx: Ctx): Connection<object> {
    const text = searchText(args.query);
    const kinds = this.kindsOf(withFilters(args), text, ctx).filter(
      ({ ranking }) => ranking.matches.length > 0 && ranking.count > 0,
    );
    return foundList(kinds, this.reader, args);
  }

  private kindsOf({ packages, namespaces, users }: Filters, text: SearchText | null, ctx: Ctx): Found[] {
    const found: Found[] = [];
    if (packages) {
      found.push({
        ranking: packageRanking(text, packages, ctx.actor),
        otherwise: alikeRanking(text, packages, ctx.actor),
        load: (ids) => this.lastVersions(ids, ctx),
      });
    }
    if (namespaces) {
      found.push({
        ranking: namespaceRanking(text, namespaces),
        otherwise: null,
        load: async (ids) => (await ctx.namespaces.loadMany(ids)).map((row) => typed('Namespace', row)),
      });
    }
    if (users) {
      found.push({
        ranking: userRanking(text, users),
        otherwise: null,
        load: async (ids) => (await ctx.users.loadMany(ids)).map((row) => typed('User', row)),
      });
    }
    return found;
  }

  private async lastVersions(packageIds: readonly string[], ctx: Ctx) {
    const nodes = await ctx.packages.loadMany(packageIds);
    return Promise.all(
      nodes.map(async (node) =>
        node && maySee(ctx.actor, node) ? typed('PackageVersion', await this.shownVersion(node, ctx)) : null,
      ),
    );
  }

  /** Of a package whose versions are all yanked or archived, the one that describes it. */
  private async shownVersion(node: PackageNode, ctx: Ctx): Promise<VersionNode | null> {
    const last = await lastVersionOf(node, ctx);
    if (last) return last;
    const inRow = versionsInRow(node)?.find(({ version }) => version === node.describedBy);
    return inRow ?? withPackage(await this.versions.exact(node.id, node.describedBy), node);
  }
}

type Filters = Pick<SearchArgs, 'packages' | 'namespaces' | 'users'>;

/** Without a filter everything is searched, with filters only what has one. */
function withFilters({ packages, namespaces, users, apps, appTemplates, blogposts }: SearchArgs): Filters {
  if ([packages, namespaces, users, apps, appTemplates, blogposts].some((filter) => filter != null)) {
    return { packages, namespaces, users };
  }
  return { packages: new PackagesFilter(), namespaces: new NamespacesFilter(), users: new UsersFilter() };
}
