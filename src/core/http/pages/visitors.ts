import { Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { Actor } from '../../event-store/types.js';
import type { Html } from './html.js';

/** Somebody who is logged in with a browser. */
export type Visitor = { name: string; actor: Extract<Actor, { kind: 'user' }> };

export type VisitorSource = {
  /** Who sent the request, by the browser's session; null for a stranger. */
  find(request: FastifyRequest): Promise<Visitor | null>;
  /** The right side of the header: who is logged in and where to go. */
  menu(visitor: Visitor | null): Html;
};

/** Who looks at a page. The silo that knows sessions registers how to find out. For pages only: the API knows no cookies. */
@Injectable()
export class Visitors {
  private source: VisitorSource | undefined;
  private readonly found = new WeakMap<FastifyRequest, Promise<Visitor | null>>();

  /** @throws Error when another source is there. */
  register(source: VisitorSource): void {
    if (this.source) throw new Error('There is a source of visitors already.');
    this.source = source;
  }

  /** Looked up once per request. */
  of(request: FastifyRequest): Promise<Visitor | null> {
    const visitor = this.found.get(request) ?? this.source?.find(request) ?? Promise.resolve(null);
    this.found.set(request, visitor);
    return visitor;
  }

  menu(visitor: Visitor | null): Html | undefined {
    return this.source?.menu(visitor);
  }
}
