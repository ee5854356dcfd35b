/** Why a turn was ended from outside. */
export class TurnEnded extends Error {
  override readonly name = 'TurnEnded';
  constructor(readonly why: 'taken over' | 'stopping') {
    super(`The turn was ended: ${why}.`);
  }
}

type Turn = { abort: AbortController; done: Promise<unknown> };

/**
 * One at a time for each key, and the newest has precedence: it ends the turn before it and waits until that has put its things in order.
 * A client whose connection is gone without a word comes back on a new one; it must not wait for the old one to be noticed.
 */
export class Turns {
  private readonly last = new Map<string, Turn>();

  /** @param work must end soon when the signal is aborted, whose reason is a TurnEnded */
  async take<T>(key: string, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const before = this.last.get(key);
    const abort = new AbortController();
    const result = after(before?.done, () => work(abort.signal));
    const turn = { abort, done: result.catch(() => undefined) };
    this.last.set(key, turn);
    before?.abort.abort(new TurnEnded('taken over'));
    try {
      return await result;
    } finally {
      if (this.last.get(key) === turn) this.last.delete(key);
    }
  }

  isTaken(key: string): boolean {
    return this.last.has(key);
  }

  /** Ends all turns that are under way. */
  end(): void {
    for (const { abort } of this.last.values()) abort.abort(new TurnEnded('stopping'));
  }
}

async function after<T>(before: Promise<unknown> | undefined, work: () => Promise<T>): Promise<T> {
  await before;
  return work();
}
