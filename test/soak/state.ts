import { unrestOf } from '../kit/judgement.js';
import { readiness } from '../kit/probes.js';
import type { Topology } from '../kit/topology.js';

/** How the service stands when something went wrong: what is not applied, and what each process says of itself. */
export async function stateOf(service: Topology): Promise<string[]> {
  const lines = await unrestOf(service.database.url);
  for (const name of service.names()) {
    const { status, checks } = await readiness(service.process(name));
    const said = Object.entries(checks).filter(([, { ok, detail }]) => !ok || detail);
    lines.push(`${name} is ${status}: ${said.map(([check, { detail }]) => `${check}: ${detail}`).join('; ')}`);
  }
  return lines;
}
