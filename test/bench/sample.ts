export type BenchEvent = { type: string; schemaVersion: number; data: Record<string, string | number> };

/** Appends events to one stream that the caller believes to be at a version. */
export type Append = (streamId: string, version: number, events: BenchEvent[]) => Promise<unknown>;

export const metadata = {
  actor: { kind: 'user' as const, userId: 'user-1824', isOperator: false, tokenId: 'api-token-77' },
  correlationId: '7b1f6a52-1d7d-4f0e-9d0b-3d6f2b0a8a11',
};

/** About 200 bytes of data each. */
export function sample(events: number): BenchEvent[] {
  return Array.from({ length: events }, (_, number) => ({
    type: 'bench.thing.described',
    schemaVersion: 1,
    data: {
      number,
      name: 'a-package-name',
      ownerId: 'user-1824',
      version: '1.24.3',
      description:
        'Some words about a thing, as long as people write them in a form: one sentence, seldom two of them.',
    },
  }));
}
