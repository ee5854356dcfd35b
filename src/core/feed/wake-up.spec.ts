import { createTestDatabase, type TestDatabase } from '../../../test/kit/database.js';
import { eventually } from '../../../test/kit/eventually.js';
import { Listener } from './listener.js';
import { APPENDED_CHANNEL, WakeUp } from './wake-up.js';

describe('wake-up', () => {
  let database: TestDatabase;
  let listener: Listener;
  let closing: (() => Promise<void>)[];

  beforeEach(async () => {
    database = await createTestDatabase();
    listener = new Listener({ url: database.url, maxBackoffMs: 50 });
    await listener.start();
    closing = [];
  });
  afterEach(async () => {
    for (const close of closing) await close();
    await listener.stop();
    await database.drop();
  });

  function wakeUp(hears?: Listener): WakeUp {
    const made = new WakeUp(database.pool, hears);
    closing.push(() => made.close());
    return made;
  }

  function counter(subject: WakeUp): { count: number } {
    const counted = { count: 0 };
    subject.subscribe(() => counted.count++);
    return counted;
  }

  it('wakes its own process at once, and not again by its own notification', async () => {
    const own = wakeUp(listener);
    const woken = counter(own);
    let notifications = 0;
    listener.on(APPENDED_CHANNEL, () => notifications++);
    own.appended();
    expect(woken.count).toBe(1);
    await eventually(() => expect(notifications).toBe(1));
    expect(woken.count).toBe(1);
  });

  it('wakes other processes, at most once per interval', async () => {
    const woken = counter(wakeUp(listener));
    let notifications = 0;
    listener.on(APPENDED_CHANNEL, () => notifications++);
    const other = wakeUp();
    for (let n = 0; n < 200; n++) other.appended();
    await eventually(() => expect(woken.count).toBe(2));
    await other.close();
    expect(notifications).toBe(2);
  });

  it('sends nothing when nobody else listens', async () => {
    const woken = counter(wakeUp(listener));
    const alone = wakeUp();
    alone.othersListening = false;
    alone.appended();
    alone.othersListening = true;
    alone.appended();
    await eventually(() => expect(woken.count).toBe(1));
  });

  it('no longer wakes who left', () => {
    const own = wakeUp();
    let woken = 0;
    const leave = own.subscribe(() => woken++);
    leave();
    own.appended();
    expect(woken).toBe(0);
  });

  describe('listener', () => {
    it('names its connection as Postgres does', async () => {
      const { rows } = await database.pool.query(
        'SELECT count(*)::integer AS count FROM pg_stat_activity WHERE pid = $1 AND backend_start = $2::timestamptz',
        [listener.backend!.pid, listener.backend!.startedAt],
      );
      expect(rows).toEqual([{ count: 1 }]);
    });

    it('comes back after its connection was killed, wakes everybody, and hears again', async () => {
      const heard: (string | null)[] = [];
      listener.on('some channel', (payload) => heard.push(payload));
      const { pid } = listener.backend!;
      await database.pool.query('SELECT pg_terminate_backend($1)', [pid]);
      await eventually(() => expect(heard).toEqual([null]));
      expect(listener.backend!.pid).not.toBe(pid);
      await database.pool.query(`SELECT pg_notify('some channel', 'hello')`);
      await eventually(() => expect(heard).toEqual([null, 'hello']));
    });

    it('stays away once stopped', async () => {
      await listener.stop();
      expect(listener.backend).toBeNull();
      const { rows } = await database.pool.query(
        `SELECT FROM pg_stat_activity WHERE application_name = 'waybill listener' AND datname = current_database()`,
      );
      expect(rows).toEqual([]);
    });
  });
});
