import type { FastifyReply } from 'fastify';

const sealed = ["default-src 'none'", "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'"];

/** What every answer carries. A page replaces the content policy with its own, and what may be kept says so itself. */
export const securityHeaders: Readonly<Record<string, string>> = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'content-security-policy': sealed.join('; '),
  // Answers depend on the caller; also those to a GET.
  'cache-control': 'no-store',
};

/**
 * For our own pages: one stylesheet; a script only on a page that names one, which may then ask the one origin that the page names.
 * Forms go to ourselves, and so must every redirect that follows one: browsers apply `form-action` to it, too.
 */
export function pageHeaders(page: { script?: string; connectTo?: string }): Record<string, string> {
  const policy = [
    "default-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    "style-src 'self'",
    "img-src 'self' data:",
    ...(page.script ? ["script-src 'self'"] : []),
    ...(page.connectTo ? [`connect-src ${new URL(page.connectTo).origin}`] : []),
  ];
  return {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': policy.join('; '),
    // With `no-referrer` browsers hide from us where our own forms come from (`Origin: null`).
    'referrer-policy': 'same-origin',
  };
}

/**
 * For the query editor: our own scripts only. Its dialogs add style elements while they run, so styles may be inline; React and
 * CodeMirror need no eval.
 */
export const editorPolicy = [
  ...sealed,
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "connect-src 'self'",
  "img-src 'self' data:",
  'font-src data:',
].join('; ');

/**
 * Request headers that browser clients send. `*` covers what users add themselves, but never `authorization`, and old browsers do not know
 * it. The published browser SDK sends `access-control-*` as request headers with its uploads.
 */
const allowedRequestHeaders = [
  'authorization',
  'content-type',
  'content-range',
  'x-goog-resumable',
  'x-requested-with',
  'x-apollo-operation-name',
  'apollo-require-preflight',
  'access-control-allow-origin',
  'access-control-allow-headers',
  'access-control-allow-methods',
  'access-control-max-age',
  '*',
].join(', ');

/**
 * Lets a script of any site read the answer. Safe because credentials are bearer tokens that the script must own: only pages know a
 * cookie, and credentials are not allowed here.
 */
export function allowAnyOrigin(reply: FastifyReply): void {
  reply.header('access-control-allow-origin', '*');
  reply.header('access-control-expose-headers', 'x-request-id, location, range');
}

/** Answers a browser's question whether it may send the real request. Browsers keep the answer for up to a day. */
export async function answerPreflight(reply: FastifyReply, methods: readonly string[]): Promise<void> {
  allowAnyOrigin(reply);
  reply.header('access-control-allow-methods', methods.join(', '));
  reply.header('access-control-allow-headers', allowedRequestHeaders);
  reply.header('access-control-max-age', '86400');
  await reply.code(204).send();
}
