import { boundedLabel, graphqlOperations } from '../../observability/metrics.js';
import type { Prepared } from './prepared.js';

const operationLabel = boundedLabel(200);

/** Runs `work` as one operation, and records how long it took and whether it had errors. */
export async function measured<Result extends object>(
  prepared: Prepared,
  work: () => Result | Promise<Result>,
): Promise<Result> {
  const startedAt = performance.now();
  const result = await work();
  prepared.observers ??= observersOf(prepared);
  const observer = 'errors' in result && result.errors ? prepared.observers.error : prepared.observers.ok;
  observer.observe((performance.now() - startedAt) / 1000);
  return result;
}

export type Observers = Record<'ok' | 'error', { observe(seconds: number): void }>;

/** Looked up once: labels are sorted and joined at every look-up. */
function observersOf({ operation }: Prepared): Observers {
  const name = operationLabel(operation.name?.value);
  return {
    ok: graphqlOperations.labels({ operation: name, outcome: 'ok' }),
    error: graphqlOperations.labels({ operation: name, outcome: 'error' }),
  };
}

/** A request that asks for nothing that could run. */
export function measureInvalid(seconds = 0): void {
  graphqlOperations.observe({ operation: 'invalid', outcome: 'error' }, seconds);
}
