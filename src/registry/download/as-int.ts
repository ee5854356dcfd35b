/** GraphQL's Int has 32 bits: what is more is told as the most that it can say. */
export const asInt = (count: number): number => Math.min(count, 2 ** 31 - 1);
