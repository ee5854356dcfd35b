import { limiter } from './limiter.js';

/** Work that ends when the test says so. */
function steps() {
  const started: string[] = [];
  const ends = new Map<string, () => void>();
  const work = (name: string) => () => {
    started.push(name);
    return new Promise<string>((resolve) => ends.set(name, () => resolve(name)));
  };
  return { started, work, end: (name: string) => ends.get(name)!() };
}

it('runs so many at once, the others in order of arrival, and refuses the rest', async () => {
  const { started, work, end } = steps();
  const limited = limiter({ parallel: 2, queue: 2 });
  const [a, b, c, d] = ['a', 'b', 'c', 'd'].map((name) => limited(work(name)));
  expect(started).toEqual(['a', 'b']);
  await expect(limited(work('e'))).rejects.toMatchObject({ code: 'TOO_MANY_REQUESTS' });

  end('b');
  expect(await b).toBe('b');
  await Promise.resolve();
  expect(started).toEqual(['a', 'b', 'c']);
  end('c');
  await c;
  await Promise.resolve();
  expect(started).toEqual(['a', 'b', 'c', 'd']);
  end('a');
  end('d');
  expect(await Promise.all([a, d])).toEqual(['a', 'd']);
});

it('gives its place back when the work fails, and passes the failure on', async () => {
  const limited = limiter({ parallel: 1, queue: 0 });
  const failure = () => Promise.reject(new Error('broken'));
  await expect(limited(failure)).rejects.toThrow('broken');
  await expect(limited(() => Promise.reject(new Error('again')))).rejects.toThrow('again');
  expect(await limited(() => Promise.resolve('fine'))).toBe('fine');
});

it('never runs more than allowed, however the work is mixed', async () => {
  const limited = limiter({ parallel: 3, queue: 1000 });
  let running = 0;
  let most = 0;
  const work = (ticks: number) => async () => {
    most = Math.max(most, ++running);
    for (let i = 0; i < ticks; i++) await Promise.resolve();
    running--;
    if (ticks % 3 === 0) throw new Error('some fail');
  };
  const results: Promise<void>[] = [];
  for (let i = 0; i < 200; i++) {
    results.push(limited(work(i % 7)));
    // Some come while others end: a place that was handed on must not be given away twice.
    if (i % 2 === 0) await Promise.resolve();
  }
  await Promise.allSettled(results);
  expect({ most, running }).toEqual({ most: 3, running: 0 });
});
