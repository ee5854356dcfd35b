import { Injectable } from '@nestjs/common';
import type { FastifyBaseLogger, FastifyRequest } from 'fastify';
import { refuse } from '../errors/core.errors.js';
import { Refusal } from '../errors/refusal.js';
import type { Actor } from '../event-store/types.js';
import { traceparentOf } from '../http/traceparent.js';

/**
 * What every resolver gets as its context. Others add to it: `declare module '…/context.js' { interface Ctx { … } }` for the type and
 * `ContextFactory.contribute` for the value.
 */
export interface Ctx {
  requestId: string;
  actor: Actor;
  /** Set when the request carried a token that is not valid; `actor` is then anonymous. */
  tokenRefusal: Refusal | undefined;
  /** Address of the client, behind trusted proxies. Personal data. */
  clientAddress: string;
  userAgent: string | undefined;
  /** W3C trace context of the request, when it had one. */
  traceparent: string | undefined;
  /** Its lines carry the request id. */
  log: FastifyBaseLogger;
  req: FastifyRequest;
}

/** Turns a token into who is calling. The silo that knows tokens provides it. */
export abstract class Authenticator {
  /**
   * @param bearer the token of the Authorization header; never empty, at most 4096 characters.
   * @throws Refusal UNAUTHENTICATED for a token that is malformed, unknown, expired or revoked.
   */
  abstract authenticate(bearer: string): Promise<Actor>;
}

/** What an operation has of its own; the rest comes from the HTTP request, which for a socket is the one that opened it. */
export type OperationScope = {
  requestId: string;
  log: FastifyBaseLogger;
  /** `Bearer <token>`, wherever the client put it. */
  authorization: string | undefined;
};

/** Makes the context of one operation. */
@Injectable()
export class ContextFactory {
  private readonly contributions: ((ctx: Ctx) => Partial<Ctx>)[] = [];

  /** @param part called for each operation after authentication; what it returns is added to the context. It should do no I/O. */
  contribute(part: (ctx: Ctx) => Partial<Ctx>): void {
    this.contributions.push(part);
  }

  /**
   * @param scope default: the request itself, which carries one operation.
   * @throws whatever the authenticator throws besides a refusal.
   */
  async create(
    request: FastifyRequest,
    authenticator: Authenticator,
    { requestId, log, authorization }: OperationScope = scopeOf(request),
  ): Promise<Ctx> {
    const { actor, tokenRefusal } = await identify(authorization, authenticator);
    // What others declare they add to a context comes by their contributions below.
    const ctx = {
      requestId,
      actor,
      tokenRefusal,
      clientAddress: request.ip,
      userAgent: request.headers['user-agent'],
      traceparent: traceparentOf(request),
      log,
      req: request,
    } as Ctx;
    for (const part of this.contributions) Object.assign(ctx, part(ctx));
    return ctx;
  }
}

function scopeOf({ id, log, headers }: FastifyRequest): OperationScope {
  return { requestId: id, log, authorization: headers.authorization };
}

type Identity = Pick<Ctx, 'actor' | 'tokenRefusal'>;

/** No header and an empty bearer are both anonymous: old clients always send the header. */
async function identify(header: string | undefined, authenticator: Authenticator): Promise<Identity> {
  const [scheme, token] = credentialsOf(header);
  const isBearer = scheme.toLowerCase() === 'bearer';
  if (scheme === '' || (isBearer && token === '')) return { actor: { kind: 'anonymous' }, tokenRefusal: undefined };
  try {
    if (!isBearer || token.length > 4096) throw refuse('UNAUTHENTICATED');
    return { actor: await authenticator.authenticate(token), tokenRefusal: undefined };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { actor: { kind: 'anonymous' }, tokenRefusal: error };
  }
}

/** Without a pattern: one that finds the blanks at both ends takes seconds for a header that is made of them. */
function credentialsOf(header = ''): [scheme: string, token: string] {
  const text = header.trim();
  const end = text.search(/\s/);
  return end < 0 ? [text, ''] : [text.slice(0, end), text.slice(end).trim()];
}
