import { Injectable } from '@nestjs/common';
import type { Ctx } from '../../core/graphql/context.js';
import { warn } from '../../core/graphql/warnings.js';
import type { PublishedDependency } from '../package/package.events.js';
import { PackageLookup } from '../package/package-lookup.js';

/**
 * A version may be published before what it depends on: two packages that are published together could not be otherwise. But its publisher is
 * told.
 */
@Injectable()
export class MissingDependencies {
  constructor(private readonly lookup: PackageLookup) {}

  async tell(dependencies: readonly PublishedDependency[], ctx: Ctx): Promise<void> {
    const wished = dependencies.flatMap(({ name, requirement }) =>
      requirement === null ? [] : [`${name}@${requirement}`],
    );
    if (wished.length === 0) return;
    const found = await this.lookup.versionsOf(wished, 'dependency', ctx);
    for (const [at, dependency] of wished.entries()) {
      if (found[at]) continue;
      const message = `It depends on ${dependency}, of which there is no such version here.`;
      warn(ctx, { code: 'DEPENDENCY_NOT_FOUND', message, dependency });
    }
  }
}
