import { eventually } from '../../../test/kit/eventually.js';
import { WriteBehind } from './write-behind.js';

let written: Record<string, number>[];
let warnings: [object, string][];
/** A write waits until it is let go, or fails. */
let waiting: { go(): void; fail(): void }[];

beforeEach(() => {
  [written, warnings, waiting] = [[], [], []];
});

const counts = (maxKeys: number, everyMs = 3_600_000) =>
  new WriteBehind<number>({
    what: 'the counts',
    everyMs,
    maxKeys,
    merge: (earlier, later) => earlier + later,
    write: (batch) =>
      new Promise((resolve, reject) => {
        const here = Object.fromEntries(batch);
        waiting.push({ go: () => (written.push(here), resolve()), fail: () => reject(new Error('no database')) });
      }),
    log: { warn: (fields: object, message?: string) => warnings.push([fields, message!]) } as never,
  });

it('writes by the clock, and nothing when nothing was noted', async () => {
  const behind = counts(10, 1);
  behind.start();
  behind.note('a', 1);
  behind.note('a', 2);
  await eventually(() => expect(waiting).toHaveLength(1));
  waiting[0]!.go();
  behind.note('b', 1);
  await eventually(() => expect(waiting).toHaveLength(2));
  waiting[1]!.go();
  await behind.close();
  expect(written).toEqual([{ a: 3 }, { b: 1 }]);
});

it('knows what it noted until it is written, and writes one batch at a time', async () => {
  const behind = counts(10);
  behind.note('a', 1);
  const first = behind.flush();
  behind.note('a', 2);
  behind.note('b', 5);
  const second = behind.flush();
  expect([behind.noted('a'), behind.noted('b'), behind.noted('c')]).toEqual([3, 5, undefined]);
  expect(waiting).toHaveLength(1);
  waiting[0]!.go();
  await Promise.all([first, second]);
  expect([behind.noted('a'), behind.noted('b')]).toEqual([2, 5]);
});

it('adds what it could not write to what came since, and writes all of it at the end', async () => {
  const behind = counts(10);
  behind.note('a', 1);
  const flushed = behind.flush();
  behind.note('a', 2);
  behind.note('b', 5);
  waiting[0]!.fail();
  await flushed;
  expect(warnings).toEqual([[{ err: new Error('no database') }, 'the counts will be written later']]);
  const again = behind.flush();
  const closed = behind.close();
  behind.note('a', 1);
  waiting[1]!.go();
  await again;
  await eventually(() => expect(waiting).toHaveLength(3));
  waiting[2]!.go();
  await closed;
  expect(written).toEqual([{ a: 3, b: 5 }, { a: 1 }]);
});

it('writes early what would be too much, and while it cannot, takes no further keys and says so', async () => {
  const behind = counts(2);
  for (const key of ['a', 'b', 'c', 'd', 'lost', 'c']) behind.note(key, 1);
  expect(waiting).toHaveLength(1);
  waiting[0]!.fail();
  await behind.flush();
  expect(warnings.map(([, message]) => message)).toEqual([
    'the counts will be written later',
    'the counts were too many, and some are lost',
  ]);
  expect(warnings[1]![0]).toEqual({ lost: 1, maxKeys: 2 });
  // A database that has failed is not asked again for each note.
  behind.note('lost, too', 1);
  expect(waiting).toHaveLength(1);
  const closed = behind.close();
  await eventually(() => expect(waiting).toHaveLength(2));
  waiting[1]!.go();
  await closed;
  expect(written).toEqual([{ a: 1, b: 1, c: 2, d: 1 }]);
  behind.note('e', 1);
  behind.note('f', 1);
  behind.note('g', 1);
  expect(waiting).toHaveLength(3);
});
