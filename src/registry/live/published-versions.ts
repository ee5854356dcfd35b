import { Injectable } from '@nestjs/common';
import {
  packageVersionRowId,
  type PackageVersionRow,
} from '../../../projections/registry/package-versions/package-versions.projection.js';
import { streamIdOf } from '../../core/command/aggregate.js';
import type { Recorded, StoredEvent } from '../../core/event-store/types.js';
import type { Ctx } from '../../core/graphql/context.js';
import type { Loader } from '../../core/graphql/loader.js';
import { decodeAnyId, decodeId } from '../../core/ids/global-id.js';
import { LiveEvents } from '../../core/live/live-events.js';
import { selected } from '../../core/live/selected.js';
import type { PublishedVersion } from '../package/package.events.js';
import { maySee } from '../package/package.queries.js';
import { withPackage } from '../package/package.fields.js';
import { refuse } from '../registry.errors.js';

/** Global ids; null and absent for any. */
export type WantedVersions = { ownerId?: string | null; publishedBy?: string | null };

/** Versions as they are published. */
@Injectable()
export class PublishedVersions {
  constructor(private readonly live: LiveEvents) {}

  /** @throws Refusal INVALID_ID, OWNER_NOT_FOUND before it starts; what `eventsAfterVisible` throws later */
  async follow({ ownerId, publishedBy }: WantedVersions, ctx: Ctx): Promise<AsyncIterableIterator<PackageVersionRow>> {
    const owner = ownerId ? await ownerStream(ownerId, ctx) : null;
    const publisher = publishedBy ? await userStream(publishedBy, 'publishedBy', ctx) : null;
    const events = await this.live.eventsAfterVisible('registry', (event) => isPublished(event, publisher));
    return selected(events, (event) => visibleVersion(event, owner, ctx));
  }
}

function isPublished({ type, data }: StoredEvent, publisher: string | null): boolean {
  return type === 'registry.package.version-published' && (publisher === null || data.publisherId === publisher);
}

/** Null also when its owner has gone meanwhile. */
async function visibleVersion(
  { streamId, data }: Recorded,
  owner: string | null,
  ctx: Ctx,
): Promise<PackageVersionRow | null> {
  const node = await ctx.packages.load(streamId);
  if (!node || (owner !== null && node.ownerId !== owner) || !maySee(ctx.actor, node)) return null;
  const { number } = data as unknown as PublishedVersion;
  return withPackage(await ctx.packageVersions.load(packageVersionRowId(streamId, number)), node);
}

function ownerStream(id: string, ctx: Ctx): Promise<string> {
  if (decodeAnyId(id)?.kind === 'User') return userStream(id, 'ownerId', ctx);
  return there(streamIdOf('namespace', decodeId('Namespace', id, 'ownerId')), 'ownerId', ctx.namespaces);
}

function userStream(id: string, field: string, ctx: Ctx): Promise<string> {
  return there(streamIdOf('user', decodeId('User', id, field)), field, ctx.users);
}

async function there(streamId: string, field: string, owners: Pick<Loader<string, object>, 'load'>): Promise<string> {
  if (await owners.load(streamId)) return streamId;
  throw refuse('OWNER_NOT_FOUND', { field }, 'There is no such user or namespace.');
}
