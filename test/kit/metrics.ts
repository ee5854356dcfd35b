/** Events that running processes applied since their start, by where they read them. */
export type BySource = { store: number; kafka: number };

/** Adds up `waybill_projection_events_total` of these processes. @throws Error when one does not answer */
export async function appliedBySource(servers: { url: string }[]): Promise<BySource> {
  const texts = await Promise.all(servers.map(async ({ url }) => (await fetch(`${url}/metrics`)).text()));
  const total = { store: 0, kafka: 0 };
  for (const [, source, count] of texts.join('\n').matchAll(sample)) total[source as keyof BySource] += Number(count);
  return total;
}

const sample = /^waybill_projection_events_total\{.*source="(store|kafka)".*\} (\d+)$/gm;
