import type { FastifyRequest } from 'fastify';

/** Version, trace, parent and flags of W3C Trace Context. What later versions append is of no use here. */
const form = /^(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/;

/** The trace that a request belongs to, when it names one. Anything else is dropped: it would stand in the log with every event, for ever. */
export function traceparentOf({ headers: { traceparent } }: Pick<FastifyRequest, 'headers'>): string | undefined {
  return typeof traceparent === 'string' && form.test(traceparent) ? traceparent : undefined;
}
