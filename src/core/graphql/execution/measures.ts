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
  const operation = operationLabel(prepared.operation.name?.value);
  const outcome = 'errors' in result && result.errors ? 'error' : 'ok';
  graphqlOperations.observe({ operation, outcome }, (performance.now() - startedAt) / 1000);
  return result;
}

/** A request that asks for nothing that could run. */
export function measureInvalid(seconds = 0): void {
  graphqlOperations.observe({ operation: 'invalid', outcome: 'error' }, seconds);
}
