import type { FastifyRequest } from 'fastify';
import type { Engine, Prepared } from '../engine.js';

export type Direct = { prepared: Prepared; variables: Record<string, unknown> | null | undefined };

/**
 * Finds what a request asks for when it is one of the usual form whose document is prepared already. Such a request needs nothing of
 * Apollo's pipeline, which costs more than all else together.
 * @returns undefined for everything else, for Apollo to run or to refuse.
 */
export function directOperation(engine: Engine, request: FastifyRequest): Direct | undefined {
  const { body, headers } = request;
  if (request.method !== 'POST' || !isJson(headers['content-type']) || !takesJson(headers.accept)) return undefined;
  if (!isRecord(body)) return undefined;
  const { query, variables, operationName, extensions } = body;
  if (variables != null && !isRecord(variables)) return undefined;
  if (operationName != null && typeof operationName !== 'string') return undefined;
  if (extensions != null && !isRecord(extensions)) return undefined;
  const hash = extensions?.['persistedQuery'];
  const document =
    typeof query === 'string' ? engine.documents.get(query) : query === undefined ? byHash(engine, hash) : undefined;
  if (!document || (hash !== undefined && !names(hash, document.hash))) return undefined;
  const prepared = document.operation(operationName as string | null | undefined);
  if (!prepared || prepared.operation.operation === 'subscription') return undefined;
  return { prepared, variables: variables as Direct['variables'] };
}

function byHash(engine: Engine, persisted: unknown) {
  const hash = isRecord(persisted) ? persisted['sha256Hash'] : undefined;
  return typeof hash === 'string' ? engine.documents.byId(hash) : undefined;
}

/** The protocol of automatically persisted queries. */
function names(persisted: unknown, hash: string): boolean {
  return isRecord(persisted) && persisted['version'] === 1 && persisted['sha256Hash'] === hash;
}

function isJson(contentType: string | undefined): boolean {
  return contentType === 'application/json' || contentType?.toLowerCase() === 'application/json; charset=utf-8';
}

/** What clients commonly send; Apollo weighs all other lists of types. */
function takesJson(accept: string | undefined): boolean {
  return accept === undefined || accept === '*/*' || accept === 'application/json';
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
