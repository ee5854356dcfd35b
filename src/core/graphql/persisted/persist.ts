import type { FastifyReply, FastifyRequest } from 'fastify';
import { refuse } from '../../errors/core.errors.js';
import type { Ctx } from '../context.js';
import type { Engine } from '../engine.js';
import { admitCaller } from '../policy-check.js';
import { type PersistedDocuments, persistedLimits } from './persisted-documents.js';

export type PersistPorts = {
  engine: Engine;
  persisted: PersistedDocuments;
  makeContext: (request: FastifyRequest) => Promise<Ctx>;
};

/**
 * Stores a document for clients that name it by its hash, as a client's build does with each of its documents. For operators.
 * @returns what is answered: `{ id }`, the SHA-256 of the text in hex.
 * @throws Refusal UNAUTHENTICATED, FORBIDDEN, PERSISTED_DOCUMENTS_FULL, and BAD_USER_INPUT for a text that is too long or would be refused.
 */
export async function persist(
  ports: PersistPorts,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { actor } = await ports.makeContext(request);
  admitCaller('operator', actor);
  const text = textIn(request.body);
  const document = ports.engine.document(text);
  if ('errors' in document)
    throw refuse('BAD_USER_INPUT', { field: 'text', rule: 'valid' }, document.errors[0]!.message);
  return reply.send({ id: await ports.persisted.add(text) });
}

function textIn(body: unknown): string {
  const text = (body as { text?: unknown } | null | undefined)?.text;
  if (typeof text !== 'string' || text === '') {
    throw refuse(
      'BAD_USER_INPUT',
      { field: 'text', rule: 'required' },
      'Send a JSON object with the document as "text".',
    );
  }
  const max = persistedLimits.characters;
  if (text.length > max) {
    throw refuse(
      'BAD_USER_INPUT',
      { field: 'text', rule: 'maxLength' },
      `The document has more than ${max} characters.`,
    );
  }
  return text;
}
