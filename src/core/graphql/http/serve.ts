import { type ApolloServer, type HTTPGraphQLResponse, HeaderMap } from '@apollo/server';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { wantsPage } from '../../http/failure.js';
import { allowAnyOrigin, editorPolicy } from '../../http/headers.js';
import type { Ctx } from '../context.js';
import { editorPage } from '../editor/editor-page.js';
import type { Answer, Engine } from '../engine.js';
import { namesDocument, putText } from '../persisted/named-document.js';
import type { PersistedDocuments } from '../persisted/persisted-documents.js';
import { type Direct, directOperation } from './direct.js';

export type MakeContext = (request: FastifyRequest) => Promise<Ctx>;

export type Ports = {
  engine: Engine;
  apollo: ApolloServer;
  makeContext: MakeContext;
  /** Without it only documents that the engine knows can be named. */
  persisted: PersistedDocuments | undefined;
};

/**
 * Answers a request to the endpoint: the editor for browsers, at once what is prepared, and Apollo does all else. Both ways run the same
 * documents on the same engine and answer the same.
 */
export async function serve(ports: Ports, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  if (wantsEditor(request)) {
    reply.header('content-security-policy', editorPolicy).header('cache-control', 'no-cache');
    return reply.type('text/html; charset=utf-8').send(await editorPage());
  }
  allowAnyOrigin(reply);
  if (namesDocument(request)) await putText(request, ports.engine, ports.persisted);
  const direct = directOperation(ports.engine, request);
  return direct ? answerDirectly(ports, direct, request, reply) : answerByApollo(ports, request, reply);
}

function wantsEditor(request: FastifyRequest): boolean {
  return wantsPage(request) && !new URLSearchParams(searchOf(request)).has('query');
}

async function answerDirectly(ports: Ports, direct: Direct, request: FastifyRequest, reply: FastifyReply) {
  const made = ports.makeContext(request);
  const ctx = await made.catch(() => undefined);
  // Who is refused has time.
  if (!ctx || ctx.tokenRefusal) return answerByApollo({ ...ports, makeContext: () => made }, request, reply);
  const answer = await ports.engine.execute(direct.prepared, direct.variables, ctx);
  reply.code(answer.data === undefined ? 400 : 200).header('content-type', 'application/json; charset=utf-8');
  return reply.send(textOf(answer));
}

/** In Apollo's order, errors first. */
function textOf({ errors, data, extensions }: Answer): string {
  return `${JSON.stringify({ errors, data, extensions })}\n`;
}

async function answerByApollo({ apollo, makeContext }: Ports, request: FastifyRequest, reply: FastifyReply) {
  const { method, body } = request;
  const response = await apollo.executeHTTPGraphQLRequest({
    httpGraphQLRequest: { body, method, headers: headersOf(request), search: searchOf(request) },
    context: async () => {
      const ctx = await makeContext(request);
      if (ctx.tokenRefusal) reply.header('www-authenticate', 'Bearer error="invalid_token"');
      return ctx;
    },
  });
  for (const [name, value] of response.headers) reply.header(name, value);
  return reply.code(response.status ?? 200).send(bodyOf(response, request.id));
}

function searchOf({ url }: FastifyRequest): string {
  const start = url.indexOf('?');
  return start < 0 ? '' : url.slice(start);
}

function headersOf(request: FastifyRequest): HeaderMap {
  const headers = new HeaderMap();
  for (const [name, value] of Object.entries(request.headers)) {
    if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(', ') : value);
  }
  return headers;
}

/** Answers never come in pieces: @defer and @stream are not in the schema. */
function bodyOf({ body, status }: HTTPGraphQLResponse, requestId: string): string {
  if (body.kind !== 'complete') throw new Error('An answer in pieces is not supported.');
  return status !== undefined && status >= 400 ? withRequestId(body.string, requestId) : body.string;
}

/** Apollo refuses some requests before any plugin sees them; their errors get the id here. */
function withRequestId(text: string, requestId: string): string {
  const body = JSON.parse(text) as { errors?: { extensions?: Record<string, unknown> }[] };
  for (const error of body.errors ?? []) error.extensions = { ...error.extensions, requestId };
  return `${JSON.stringify(body)}\n`;
}
