import { applyDecorators, Post, UnsupportedMediaTypeException } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Config } from '../../config/config.js';
import { refuse } from '../../errors/core.errors.js';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The route takes a form that one of our own pages sends, and answers with a page. */
    takesForm?: boolean;
  }
}

/** What a form sent. Names that were sent twice have their last value. */
export type Form = Readonly<Record<string, string | undefined>>;

/** Far above what any form of ours holds: the longest field is a password of 1024 bytes, each of which may be written as three. */
export const formLimits = { bodyBytes: 16 * 1024, fields: 32 } as const;

const formType = 'application/x-www-form-urlencoded';

/** A handler for a form of our own pages: `@Body() form: Form`. Forms of other sites never reach it. */
export function PostForm(path: string): MethodDecorator {
  return applyDecorators(Post(path), RouteConfig({ takesForm: true }));
}

/** Lets the routes of `PostForm`, and no other, take forms: of our own pages only, and within `formLimits`. */
export function acceptForms(fastify: FastifyInstance, config: Pick<Config, 'publicUrl'>): void {
  fastify.addHook('onRoute', (route) => {
    if (!route.config?.takesForm) return;
    route.onRequest = (request, _reply, done) => {
      assertOwnForm(request, config.publicUrl);
      done();
    };
  });
  const limits = { parseAs: 'string', bodyLimit: formLimits.bodyBytes } as const;
  fastify.addContentTypeParser<string>(formType, limits, (request, body, done) => {
    if (!request.routeOptions.config.takesForm) return done(new UnsupportedMediaTypeException());
    const fields = [...new URLSearchParams(body)];
    if (fields.length <= formLimits.fields) return done(null, Object.fromEntries(fields));
    return done(refuse('BAD_USER_INPUT', { rule: `at most ${formLimits.fields} fields` }));
  });
}

/**
 * A browser adds the cookie to whatever form is sent here, also by a page of another site (SameSite=Lax keeps it back, but not between
 * the ports of one host). So the browser must say that the form comes from our own page.
 */
function assertOwnForm(request: FastifyRequest, publicUrl: string): void {
  if (!isFromOwnPage(request, publicUrl)) {
    throw refuse('FORBIDDEN', {}, 'This form was not sent by a page of this server. Open the page here and try again.');
  }
  const [type] = (request.headers['content-type'] ?? '').split(';');
  if (type!.trim().toLowerCase() !== formType) throw new UnsupportedMediaTypeException();
}

/** Browsers send `Sec-Fetch-Site` over https and to this machine itself, and `Origin` with every form. Who sends neither is refused. */
function isFromOwnPage({ headers }: FastifyRequest, publicUrl: string): boolean {
  const site = headers['sec-fetch-site'];
  // `none`: the person did it, for instance by reloading.
  if (site !== undefined) return site === 'same-origin' || site === 'none';
  const { origin } = headers;
  if (!origin || !URL.canParse(origin)) return false;
  // Behind a proxy the host may be another than the browser's; in development the public URL may be.
  return origin === publicUrl || new URL(origin).host === headers.host;
}
