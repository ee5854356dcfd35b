/**
 * What `work` gives, or the signal's reason as soon as it is aborted; `work` then goes on unheard.
 * Unlike a race with a promise that lives long, it leaves nothing behind.
 */
export function orGiveUp<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const giveUp = () => reject(signal.reason as Error);
    if (signal.aborted) giveUp();
    signal.addEventListener('abort', giveUp, { once: true });
    void work.then(resolve, reject).finally(() => signal.removeEventListener('abort', giveUp));
  });
}
