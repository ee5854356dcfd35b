import type { TestServer } from './server.js';

export type Readiness = { status: number; checks: Record<string, { ok: boolean; detail?: string }> };

/** What `/readyz` says, by the names of the checks. */
export async function readiness({ url }: Pick<TestServer, 'url'>): Promise<Readiness> {
  const response = await fetch(`${url}/readyz`);
  const { checks } = (await response.json()) as { checks: { name: string; ok: boolean; detail?: string }[] };
  return { status: response.status, checks: Object.fromEntries(checks.map(({ name, ...check }) => [name, check])) };
}

/**
 * The sum of a metric over all labels that contain `label`.
 * @param label such as `source="kafka"`; all, when left out
 */
export async function metric({ url }: Pick<TestServer, 'url'>, name: string, label = ''): Promise<number> {
  const lines = (await (await fetch(`${url}/metrics`)).text()).split('\n');
  const wanted = lines.filter((line) => /^\w+/.exec(line)?.[0] === name && line.includes(label));
  return wanted.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
}
