import type { FastifyRequest } from 'fastify';
import type { Engine, Prepared } from '../engine.js';

export type Direct = {
  prepared: Prepared;
  variables: Record<string, unknown> | null | undefined;
  /** Prepared from another text: places in errors would be those of that. */
  isTemplate: boolean;
};

/**
 * Finds what a request asks for when it is one of the usual form whose document is prepared already. Such a request needs nothing of
 * Apollo's pipeline, which costs more than all else together.
 * @returns undefined for everything else, for Apollo to run or to refuse.
 */
export function directOperation(engine: Engine, request: FastifyRequest): Direct | undefined {
  const { body, headers } = request;
  if (request.method !== 'POST' || !isJson(headers['content-type']) || !takesJson(headers.accept)) return undefined;
  if (!isUsual(body)) return undefined;
  const template = templateOf(engine, body);
  const prepared = (template?.document ?? documentOf(engine, body))?.operation(body.operationName);
  if (!prepared || prepared.operation.operation === 'subscription') return undefined;
  const variables = template ? { ...body.variables, ...template.texts } : body.variables;
  return { prepared, variables, isTemplate: template !== undefined };
}

type UsualBody = {
  query?: unknown;
  variables?: Record<string, unknown> | null;
  operationName?: string | null;
  extensions?: Record<string, unknown> | null;
};

function isUsual(body: unknown): body is UsualBody {
  if (!isRecord(body)) return false;
  const { variables, operationName, extensions } = body;
  if (operationName != null && typeof operationName !== 'string') return false;
  return (variables == null || isRecord(variables)) && (extensions == null || isRecord(extensions));
}

function templateOf(engine: Engine, { query, extensions }: UsualBody) {
  if (typeof query !== 'string' || extensions?.['persistedQuery'] !== undefined) return undefined;
  return engine.templates.find(query);
}

function documentOf(engine: Engine, { query, extensions }: UsualBody) {
  const hash = extensions?.['persistedQuery'];
  if (query === undefined) return byHash(engine, hash);
  const document = typeof query === 'string' ? engine.documents.get(query) : undefined;
  return document && (hash === undefined || names(hash, document.hash)) ? document : undefined;
}

function byHash(engine: Engine, persisted: unknown) {
  const hash = isRecord(persisted) ? persisted['sha256Hash'] : undefined;
  const document = typeof hash === 'string' ? engine.documents.byId(hash) : undefined;
  return document && names(persisted, document.hash) ? document : undefined;
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
