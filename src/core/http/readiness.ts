import { scrub } from '../observability/redact.js';

export type CheckResult = { ok: boolean; detail?: string };
export type Check = () => Promise<CheckResult>;
export type ReadinessReport = { ok: boolean; checks: ({ name: string } & CheckResult)[] };

const checkTimeoutMs = 2_000;

/** Whether this process can serve. Every part that may not be able to registers a named check. */
export class Readiness {
  private readonly checks = new Map<string, Check>();
  private isStopping = false;

  /**
   * @param check asked at each look; throwing and taking longer than two seconds count as "no".
   * @throws Error when the name is taken.
   */
  register(name: string, check: Check): void {
    if (this.checks.has(name)) throw new Error(`The readiness check ${name} is registered twice.`);
    this.checks.set(name, check);
  }

  /** From now on the answer is no, so that load balancers send nobody here while open requests are answered. */
  stop(): void {
    this.isStopping = true;
  }

  /** Asks all checks at once. */
  async report(): Promise<ReadinessReport> {
    const checks = await Promise.all([...this.checks].map(([name, check]) => ask(name, check)));
    if (this.isStopping) checks.unshift({ name: 'process', ok: false, detail: 'stopping' });
    return { ok: checks.every((check) => check.ok), checks };
  }
}

async function ask(name: string, check: Check): Promise<{ name: string } & CheckResult> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<CheckResult>((resolve) => {
    timer = setTimeout(() => resolve({ ok: false, detail: `no answer within ${checkTimeoutMs} ms` }), checkTimeoutMs);
  });
  try {
    return { name, ...(await Promise.race([check(), late])) };
  } catch (error) {
    return { name, ok: false, detail: scrub(error instanceof Error ? error.message : String(error)) };
  } finally {
    clearTimeout(timer);
  }
}
