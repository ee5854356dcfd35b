import { randomUUID } from 'node:crypto';
import type { Refusal } from '../../core/errors/refusal.js';
import type { Form } from '../../core/http/pages/post-form.js';

/**
 * The clientMutationId of a form that is shown again. What is stored and only not visible yet is the same command when it is sent again;
 * after every other refusal it is a new one, for then something else may stand in the form.
 */
export function keyAfter({ code }: Refusal, { clientMutationId }: Form): string {
  return (code === 'COMMITTED_NOT_VISIBLE' && clientMutationId) || randomUUID();
}
