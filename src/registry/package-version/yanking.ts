import { createHash, randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { Executed } from '../../core/command/executor.js';
import { StreamReader } from '../../core/command/stream-reader.js';
import { callerOf } from '../../core/graphql/command-context.js';
import type { Ctx } from '../../core/graphql/context.js';
import { packageAggregate, YankPackageVersions } from '../package/package.commands.js';
import { registryLimits } from '../registry.limits.js';
import { ManagedVersions, type ManagedVersion } from './managed-versions.js';
import type { YankPackageVersionsInput } from './version-changes.inputs.js';

/** Yanks versions of any packages: one command for each package. */
@Injectable()
export class Yanking {
  constructor(
    private readonly managed: ManagedVersions,
    private readonly reader: StreamReader,
  ) {}

  /**
   * @returns the numbers of the versions whose state this call changed; of a repeat those that the first call did.
   * @throws Refusal INVALID_ID, PACKAGE_VERSION_NOT_FOUND, both with the place of the id; nothing is changed then.
   */
  async yank(input: YankPackageVersionsInput, ctx: Ctx): Promise<Set<number>> {
    const versions = await this.managed.byGlobalIds(input.packageVersionIds, 'packageVersionIds', ctx);
    const keyOf = keysOf(callerOf(ctx).userId, input.clientMutationId || randomUUID());
    const changed = new Set<number>();
    for (const [index, ofPackage] of byPackage(versions).entries()) {
      const { packageId, owner } = ofPackage[0];
      const numbers = ofPackage.map(({ number }) => number);
      const yank = { owner, numbers, reason: input.reason || null, undo: input.undo ?? false };
      const key = keyOf(index === 0 ? null : packageId);
      const command = new YankPackageVersions(packageId, yank);
      const executed = await ctx.execute(command, { ...input, clientMutationId: key });
      for (const number of await this.changedBy(executed, key)) changed.add(number);
    }
    return changed;
  }

  /** Read from the log, which knows what a command wrote, also what a repeated one wrote the first time. */
  private async changedBy({ streamId, version, position }: Executed, key: string): Promise<number[]> {
    const afterVersion = Math.max(0, version - registryLimits.versionsPerYank);
    const events = await this.reader.read(packageAggregate, streamId, { afterVersion, upToPosition: position });
    const written = events.filter(({ metadata }) =>
      metadata.commandKey?.endsWith(`/${YankPackageVersions.commandName}/${key}`),
    );
    return written.map(({ data }) => (data as { number: number }).number);
  }
}

/**
 * A command key belongs to one stream, and the client's clientMutationId to all of them. The first package's has no package in it, so that a
 * clientMutationId that comes again with other input is noticed. It is a hash, for a key has a limit.
 */
function keysOf(userId: string, clientMutationId: string): (packageId: string | null) => string {
  return (packageId) =>
    createHash('sha256')
      .update(JSON.stringify([userId, clientMutationId, packageId]))
      .digest('base64url');
}

/** In the order in which they are named. */
function byPackage(versions: ManagedVersion[]): [ManagedVersion, ...ManagedVersion[]][] {
  const groups = new Map<string, [ManagedVersion, ...ManagedVersion[]]>();
  for (const version of versions) {
    const group = groups.get(version.packageId);
    if (group) group.push(version);
    else groups.set(version.packageId, [version]);
  }
  return [...groups.values()];
}
