import type { FastifyRequest } from 'fastify';
import type { Engine } from '../engine.js';
import type { PersistedDocuments } from './persisted-documents.js';

type Body = Record<string, unknown>;

/**
 * Puts the text into a request that names its document by a hash: `{ id }`, as Relay does, and `extensions.persistedQuery`, the protocol of
 * automatically persisted queries. A text that is given beside the name is what counts; many clients send `id: null` with it.
 * @param request its body is replaced when the document is known. An unknown `id` is left as a query of the protocol, which Apollo answers.
 */
export async function putText(
  request: FastifyRequest,
  engine: Engine,
  persisted: PersistedDocuments | undefined,
): Promise<void> {
  const body = request.body as Body;
  const id = idOf(body);
  if (id === undefined) return;
  const query = await textOf(id, engine, persisted);
  if (query !== null) request.body = { ...body, query };
  else if (typeof body['id'] === 'string') request.body = { ...body, extensions: { persistedQuery: asProtocol(id) } };
}

/** Whether a request names its document instead of holding it. */
export function namesDocument({ method, body }: FastifyRequest): boolean {
  const isObject = typeof body === 'object' && body !== null && !Array.isArray(body);
  return method === 'POST' && isObject && idOf(body as Body) !== undefined;
}

function idOf({ query, id, extensions }: Body): string | undefined {
  if (query != null && query !== '') return undefined;
  if (typeof id === 'string' && id !== '') return id;
  const hash = (extensions as { persistedQuery?: { sha256Hash?: unknown } } | null | undefined)?.persistedQuery
    ?.sha256Hash;
  return typeof hash === 'string' ? hash : undefined;
}

async function textOf(id: string, engine: Engine, persisted: PersistedDocuments | undefined): Promise<string | null> {
  const known = engine.documents.byId(id);
  if (known) return known.text;
  const text = (await persisted?.find(id)) ?? null;
  if (text === null) return null;
  const document = engine.document(text);
  // Spares the look-up next time. What the schema of today refuses is refused below, as any text.
  if (!('errors' in document)) engine.documents.name(document, id);
  return text;
}

function asProtocol(id: string) {
  return { version: 1, sha256Hash: id };
}
