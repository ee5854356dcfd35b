import { Inject } from '@nestjs/common';
import { ResolveField, Resolver } from '@nestjs/graphql';
import type { NamespaceRow } from '../../../projections/accounts/namespaces/namespaces.projection.js';
import { CONFIG, type Config } from '../../core/config/config.js';
import type { Ctx } from '../../core/graphql/context.js';
import { encodeId } from '../../core/ids/global-id.js';
import { isOwner, mayAct, type OwnerAction } from '../accounts.rights.js';
import { avatarUrl } from '../avatar/avatar.urls.js';

/** Only what differs from the row. */
@Resolver('Namespace')
export class NamespaceFields {
  constructor(@Inject(CONFIG) private readonly config: Config) {}

  @ResolveField()
  id(namespace: NamespaceRow) {
    return encodeId('Namespace', namespace.number);
  }

  @ResolveField()
  globalId(namespace: NamespaceRow) {
    return encodeId('Namespace', namespace.number);
  }

  @ResolveField()
  globalName(namespace: NamespaceRow) {
    return namespace.name;
  }

  @ResolveField()
  displayName(namespace: NamespaceRow) {
    return namespace.displayName || null;
  }

  @ResolveField()
  avatar(namespace: NamespaceRow) {
    return avatarUrl(this.config, namespace);
  }

  @ResolveField()
  githubHandle(namespace: NamespaceRow) {
    return namespace.githubHandle || null;
  }

  @ResolveField()
  twitterHandle(namespace: NamespaceRow) {
    return namespace.twitterHandle || null;
  }

  @ResolveField()
  websiteUrl(namespace: NamespaceRow) {
    return namespace.websiteUrl || null;
  }

  @ResolveField()
  viewerCan(namespace: NamespaceRow, { action }: { action: OwnerAction }, { actor }: Ctx) {
    return mayAct(actor, action, namespace);
  }

  /** Ownership holds every role, and nobody else has one yet. */
  @ResolveField()
  viewerHasRole(namespace: NamespaceRow, _: unknown, { actor }: Ctx) {
    return isOwner(actor, namespace);
  }
}
