import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

/** All metrics of the process. Not prom-client's global registry, so that no library can add to it unseen. */
const registry = new Registry();

type Declaration<Label extends string> = {
  /** `waybill_<thing>_<unit>`, for a counter with `_total`. */
  name: `waybill_${string}`;
  help: string;
  /** Each label's values must be bounded: a metric is kept in memory for every combination. */
  labels?: readonly Label[];
};

/** @throws Error when the name is declared twice. */
export function counter<Label extends string = never>({ name, help, labels = [] }: Declaration<Label>): Counter<Label> {
  return new Counter({ name, help, labelNames: [...labels], registers: [registry] });
}

/** @throws Error when the name is declared twice. */
export function gauge<Label extends string = never>({ name, help, labels = [] }: Declaration<Label>): Gauge<Label> {
  return new Gauge({ name, help, labelNames: [...labels], registers: [registry] });
}

/**
 * @param declaration.buckets upper bounds; default: durations from 1 ms to 10 s, in seconds.
 * @throws Error when the name is declared twice.
 */
export function histogram<Label extends string = never>({
  name,
  help,
  labels = [],
  buckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
}: Declaration<Label> & { buckets?: number[] }): Histogram<Label> {
  return new Histogram({ name, help, labelNames: [...labels], buckets, registers: [registry] });
}

let isProcessMeasured = false;

/** Adds memory, CPU, event loop and garbage collection of the process. Only the first call does something. */
export function measureProcess(): void {
  if (isProcessMeasured) return;
  isProcessMeasured = true;
  collectDefaultMetrics({ register: registry, prefix: 'waybill_' });
}

/** Everything in the text format of Prometheus, with its content type. */
export async function printMetrics(): Promise<{ contentType: string; text: string }> {
  return { contentType: registry.contentType, text: await registry.metrics() };
}

/**
 * Keeps a label bounded whose values come from clients: the first `limit` distinct well-formed values pass, all others become `other`.
 */
export function boundedLabel(limit: number): (value: string | null | undefined) => string {
  const known = new Set<string>();
  return (value) => {
    if (!value) return 'none';
    if (known.has(value)) return value;
    if (known.size >= limit || !/^\w{1,64}$/.test(value)) return 'other';
    known.add(value);
    return value;
  };
}

/** Counted by whoever sends SQL, so that statements per request can be watched. */
export const sqlStatements = counter({
  name: 'waybill_sql_statements_total',
  help: 'SQL statements sent to PostgreSQL, by connection pool.',
  labels: ['pool'],
});

export const httpRequests = histogram({
  name: 'waybill_http_request_seconds',
  help: 'Time from the arrival of an HTTP request to the end of its answer, by route pattern.',
  labels: ['method', 'route', 'status'],
});

export const graphqlOperations = histogram({
  name: 'waybill_graphql_operation_seconds',
  help: 'Time of a GraphQL operation, by its name (the first 200 that were valid; then "other").',
  labels: ['operation', 'outcome'],
});
