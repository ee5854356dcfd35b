import { Injectable } from '@nestjs/common';

/** One figure on the start page: `{ label: 'packages', value: 12 }`. The label is a plural in -s; of one thing the page drops the s. */
export type Total = { label: string; value: number };

const totalsTimeoutMs = 500;

/** Figures that the silos show on the start page. */
@Injectable()
export class Totals {
  private readonly sources: (() => Promise<Total[]>)[] = [];

  /** @param source asked each time the page is made. */
  register(source: () => Promise<Total[]>): void {
    this.sources.push(source);
  }

  /** The figures of all sources that answer within half a second: the page matters more than its figures. */
  async read(): Promise<Total[]> {
    return (await Promise.all(this.sources.map(orNothing))).flat();
  }
}

async function orNothing(source: () => Promise<Total[]>): Promise<Total[]> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Total[]>((resolve) => {
    timer = setTimeout(() => resolve([]), totalsTimeoutMs);
  });
  try {
    return await Promise.race([source(), late]);
  } catch {
    return [];
  } finally {
    clearTimeout(timer);
  }
}
