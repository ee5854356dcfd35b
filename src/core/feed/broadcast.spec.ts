import { emptyLog } from '../../../test/kit/empty-log.js';
import { eventually } from '../../../test/kit/eventually.js';
import { createTestStore, event, to, type TestStore } from '../../../test/kit/event-store.js';
import { Broadcast, type BroadcastOptions } from './broadcast.js';
import { WakeUp } from './wake-up.js';
import { Watermark } from './watermark.js';

describe('broadcast', () => {
  let test: TestStore;
  let wakeUp: WakeUp;
  let leave: (() => void)[];

  beforeEach(async () => {
    test = await createTestStore();
    wakeUp = new WakeUp(test.pool);
    leave = [];
  });
  afterEach(async () => {
    for (const end of leave) end();
    await wakeUp.close();
    await test.drop();
  });

  function broadcast(more: Partial<BroadcastOptions> = {}): Broadcast {
    return new Broadcast({ pool: test.pool, watermark: new Watermark(test.pool), wakeUp, pollMs: 60_000, ...more });
  }

  async function listen(subject: Broadcast): Promise<unknown[]> {
    const heard: unknown[] = [];
    leave.push(await subject.subscribe((events) => heard.push(...events.map((one) => one.data.n))));
    return heard;
  }

  async function append(...numbers: number[]): Promise<void> {
    for (const n of numbers) await test.append(to('s', 'any', event({ n })));
    wakeUp.appended();
  }

  it('gives every subscriber all from its own now on, in order, page by page', async () => {
    const subject = broadcast({ pageSize: 2 });
    await append(0);
    const early = await listen(subject);
    await append(1, 2, 3, 4, 5);
    await eventually(() => expect(early).toEqual([1, 2, 3, 4, 5]));
    const late = await listen(subject);
    await append(6);
    await eventually(() => expect(early).toEqual([1, 2, 3, 4, 5, 6]));
    await eventually(() => expect(late).toEqual([6]));
  });

  it('polls, so that a lost wake-up costs a moment only', async () => {
    const heard = await listen(broadcast({ pollMs: 20 }));
    await test.append(to('s', 'any', event({ n: 1 })));
    await eventually(() => expect(heard).toEqual([1]));
  });

  it('follows a log that has gone back to a backup', async () => {
    const watermark = new Watermark(test.pool);
    const marks: number[] = [];
    const safeHead = watermark.safeHead.bind(watermark);
    watermark.safeHead = async () => {
      marks.push(await safeHead());
      return marks.at(-1)!;
    };
    const heard = await listen(broadcast({ watermark, pollMs: 20 }));
    await append(1, 2, 3);
    await eventually(() => expect(heard).toEqual([1, 2, 3]));
    await emptyLog(test.adminUrl);
    await eventually(() => expect(marks.slice(-2)).toEqual([0, 0]));
    await append(4);
    await eventually(() => expect(heard).toEqual([1, 2, 3, 4]));
  });

  it('goes on when a handler throws and when the database fails', async () => {
    const errors: unknown[] = [];
    const watermark = new Watermark(test.pool);
    const subject = broadcast({ watermark, onError: (error) => errors.push(error) });
    leave.push(await subject.subscribe(() => { throw new Error('handler'); })); // prettier-ignore
    const heard = await listen(subject);
    await append(1);
    await eventually(() => expect(heard).toEqual([1]));
    expect(errors).toEqual([new Error('handler')]);

    const safeHead = watermark.safeHead.bind(watermark);
    watermark.safeHead = () => Promise.reject(new Error('database'));
    await append(2);
    await eventually(() => expect(errors).toContainEqual(new Error('database')));
    watermark.safeHead = safeHead;
    await append(3);
    await eventually(() => expect(heard).toEqual([1, 2, 3]));
  });

  it('reads nothing while nobody listens', async () => {
    const watermark = new Watermark(test.pool);
    const heard = await listen(broadcast({ watermark }));
    leave.pop()!();
    let asked = 0;
    watermark.safeHead = async () => asked++;
    await append(1);
    expect({ asked, heard }).toEqual({ asked: 0, heard: [] });
  });
});
