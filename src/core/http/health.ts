import type { FastifyInstance } from 'fastify';
import { measureProcess, printMetrics } from '../observability/metrics.js';
import type { Readiness } from './readiness.js';

/**
 * What operators and their tools ask of every process: `/livez` answers as long as the process can answer at all, `/readyz` 200 only when
 * every check says yes, else 503 (the body lists the checks), `/metrics` in the text format of Prometheus.
 */
export function serveHealth(fastify: FastifyInstance, readiness: Readiness): void {
  measureProcess();
  fastify.get('/livez', async () => ({ ok: true }));
  fastify.get('/readyz', async (_request, reply) => {
    const report = await readiness.report();
    return reply.code(report.ok ? 200 : 503).send(report);
  });
  fastify.get('/metrics', async (_request, reply) => {
    const { contentType, text } = await printMetrics();
    return reply.header('content-type', contentType).send(text);
  });
}
