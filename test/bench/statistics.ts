export function median(values: number[]): number {
  return percentile(values, 50);
}

/** @param percent 0 to 100 */
export function percentile(values: number[], percent: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor((sorted.length * percent) / 100))] ?? NaN;
}

/** One way to do the same thing. `run` does it until the deadline (`performance.now()`), and says how often. */
export type Variant = { name: string; run(deadline: number): Promise<number> };

export type Compared = {
  name: string;
  /** Per second, the median of the rounds. */
  rate: number;
  /** The first variant's rate over this one's: the median over the repetitions, each of which lasts seconds only. */
  ratio: number;
  /** CPU time of each, in microseconds, the median of the rounds. It hardly moves with the disk and with what else runs. */
  cpu: { client: number; postgres: number };
};

/**
 * Runs variants in turns, A B C C B A, so that a slow minute of the machine and the growth of tables meet all of them.
 * A round of each goes before and does not count.
 * @param options.postgresMicros CPU time that Postgres has used so far
 */
export async function compare(
  variants: Variant[],
  options: { repeat: number; roundMs: number; postgresMicros: () => number },
): Promise<Compared[]> {
  const rounds = variants.map(() => [] as Round[]);
  const round = async (index: number): Promise<Round> => {
    const [startedAt, client, postgres] = [performance.now(), process.cpuUsage(), options.postgresMicros()];
    const done = await variants[index]!.run(startedAt + options.roundMs);
    const { user, system } = process.cpuUsage(client);
    return {
      rate: (done / (performance.now() - startedAt)) * 1000,
      client: (user + system) / done,
      postgres: (options.postgresMicros() - postgres) / done,
    };
  };
  const order = variants.map((_, index) => index);
  for (const index of order) await round(index);
  for (let n = 0; n < options.repeat; n++) {
    for (const index of [...order, ...order.toReversed()]) rounds[index]!.push(await round(index));
  }
  const rates = rounds.map((own) => own.map(({ rate }) => rate));
  return variants.map(({ name }, index) => ({
    name,
    rate: median(rates[index]!),
    ratio: median(ratios(rates[0]!, rates[index]!)),
    cpu: {
      client: median(rounds[index]!.map(({ client }) => client)),
      postgres: median(rounds[index]!.map(({ postgres }) => postgres)),
    },
  }));
}

type Round = { rate: number; client: number; postgres: number };

/** Each repetition has two rounds of each variant, around the same middle. */
function ratios(first: number[], other: number[]): number[] {
  const pairs = (rates: number[]) =>
    rates.flatMap((rate, index) => (index % 2 === 0 ? [rate + rates[index + 1]!] : []));
  const firstPairs = pairs(first);
  return pairs(other).map((sum, index) => firstPairs[index]! / sum);
}

/** Calls `act` `total` times from `clients` at once, each after its last answer. @returns milliseconds of each call. */
export async function latencies(
  clients: number,
  total: number,
  act: (n: number, client: number) => Promise<unknown>,
): Promise<number[]> {
  const taken: number[] = [];
  let next = 0;
  await Promise.all(
    Array.from({ length: clients }, async (_, client) => {
      while (next < total) {
        const n = next++;
        const startedAt = performance.now();
        await act(n, client);
        taken.push(performance.now() - startedAt);
      }
    }),
  );
  return taken;
}
