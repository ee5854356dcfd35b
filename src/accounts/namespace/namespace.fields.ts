import { ResolveField, Resolver } from '@nestjs/graphql';
import type { NamespaceRow } from '../../../projections/accounts/namespaces/namespaces.projection.js';
import { encodeId } from '../../core/ids/global-id.js';

/** Only what differs from the row. */
@Resolver('Namespace')
export class NamespaceFields {
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
}
