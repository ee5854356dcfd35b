import { Injectable, NotFoundException } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { DownloadSignatures, type SignedQuery } from '../../core/auth/download-signatures.js';
import { Authenticator, ContextFactory } from '../../core/graphql/context.js';
import { maySee } from '../package/package.queries.js';
import { refuse } from './download.errors.js';

type Guarded = { isPrivate: boolean; managerId: string };

/**
 * Who gets what outside GraphQL: everybody what is public; what is private whoever may see it, by the token in the request. All others are
 * answered as if it did not exist.
 */
@Injectable()
export class DownloadAccess {
  constructor(
    private readonly signatures: DownloadSignatures,
    private readonly contexts: ContextFactory,
    private readonly authenticator: Authenticator,
  ) {}

  /**
   * @param found what was asked for; null when it does not exist
   * @throws NotFoundException, and Refusal UNAUTHENTICATED in its place when the request has a token that is not valid
   */
  async visible<Found extends Guarded>(found: Found | null, request: FastifyRequest): Promise<Found> {
    // Nobody is asked for what everybody may have: an old token does no harm, and a download costs one statement.
    if (found && !found.isPrivate) return found;
    const { actor, tokenRefusal } = await this.contexts.create(request, this.authenticator);
    if (found && maySee(actor, found)) return found;
    throw tokenRefusal ?? new NotFoundException();
  }

  /**
   * The same for a URL that may be signed.
   * @param id that the URL leads to
   * @throws Refusal DOWNLOAD_URL_INVALID in place of NotFoundException when it is signed, also where nothing is: so it tells nothing of that
   */
  async openedBy<Found extends Guarded>(id: string, found: Found | null, request: FastifyRequest): Promise<Found> {
    const query = request.query as SignedQuery;
    if (query.signature === undefined) return this.visible(found, request);
    if (found && this.signatures.isValid(id, query, Date.now() / 1000)) return found;
    return this.visible(found, request).catch((error: unknown) => {
      throw error instanceof NotFoundException ? refuse('DOWNLOAD_URL_INVALID') : error;
    });
  }
}
