import { aggregate, decides } from '../../src/core/command/aggregate.js';
import { command } from '../../src/core/command/command.js';
import { decision, type Decision } from '../../src/core/command/decision.js';
import { eventTypes } from '../../src/core/event-store/event-types.js';
import type { Event } from '../../src/core/event-store/types.js';
import { projection, readTable } from '../../src/core/projection/index.js';
import { pause, resume } from '../../src/core/projection/operate.js';
import { verifyProjection } from '../../src/core/projection/verify.js';
import { createTestDatabase, type TestDatabase } from '../kit/database.js';
import { eventually } from '../kit/eventually.js';
import { startInstance, system, type TestInstance } from '../kit/instance.js';

type NoteEvent = Event<'test.note.written', { text: string }> | Event<'test.note.erased', Record<string, never>>;

const noteEvents = eventTypes<NoteEvent>({
  'test.note.written': { version: 1, sealed: ['text'] },
  'test.note.erased': { version: 1 },
});

class WriteNote extends command('WriteNote') {
  constructor(
    readonly streamId: string,
    readonly text: string,
  ) {
    super();
  }
}

class EraseNote extends command('EraseNote') {
  constructor(readonly streamId: string) {
    super();
  }
}

const noteAggregate = aggregate<object, NoteEvent>({
  name: 'note',
  events: noteEvents,
  initialState: {},
  evolve: (note) => note,
  decisions: [
    decides(WriteNote, (_, { text }): Decision<NoteEvent> =>
      decision({ event: { type: 'test.note.written', data: { text } } }),
    ),
    decides(EraseNote, (): Decision<NoteEvent> =>
      decision<NoteEvent>({ event: { type: 'test.note.erased', data: {} } }, { eraseSubject: true }),
    ),
  ],
});

type NoteRow = { id: string; text: string };

const notes = projection<NoteRow, NoteEvent>({
  table: readTable<NoteRow>({ name: 'test_notes', version: 1, columns: { text: { type: 'text' } } }),
  events: noteEvents,
  on: {
    'test.note.written': ({ streamId, data }) => ({ id: streamId, text: data.text }),
    'test.note.erased': ({ streamId }) => ({ id: streamId, text: 'erased' }),
  },
});

let database: TestDatabase;
let instance: TestInstance;

beforeAll(async () => {
  database = await createTestDatabase();
  instance = await startInstance(database.url, [{ name: 'notes', aggregates: [noteAggregate], projections: [notes] }]);
  await instance.executeAs(system)(new WriteNote('note-1', 'secret'));
  await instance.executeAs(system)(new WriteNote('note-2', 'secret'));
  await instance.executeAs(system)(new WriteNote('note-3', 'secret'));
});
afterAll(async () => {
  await instance.stop();
  await database.drop();
});

/** Erases a note whose read model has not heard of it yet. @returns how it hears. */
async function eraseUnseen(streamId: string): Promise<() => Promise<void>> {
  const holder = await database.pool.connect();
  await holder.query('BEGIN');
  await holder.query(`SELECT FROM store.checkpoints WHERE projection = 'test_notes_v1' FOR UPDATE`);
  const visible = instance.executeAs(system)(new EraseNote(streamId));
  await eventually(async () => {
    const { rows } = await database.pool.query('SELECT erased_at FROM store.data_keys WHERE subject = $1', [streamId]);
    expect(rows[0].erased_at).not.toBeNull();
  });
  return async () => {
    await holder.query('ROLLBACK');
    holder.release();
    await visible;
  };
}

const verify = (onDoubt: (differences: number) => void) =>
  verifyProjection(database.url, instance.core.readPartition, notes, { onDoubt });

it('an erasure that the read model has not seen yet is no difference, and what is one stays one', async () => {
  await database.pool.query(`UPDATE read.test_notes_v1 SET text = 'tampered' WHERE id = 'note-2'`);
  const show = await eraseUnseen('note-1');
  let shown: Promise<void> | undefined;
  const report = await verify((differences) => {
    expect(differences).toBe(2);
    shown = show();
  }).finally(() => (shown ??= show()));
  expect(report).toMatchObject({ events: 4, rows: 3, differences: [{ id: 'note-2', kind: 'differs' }] });
});

it('a read model that is paused is not waited for', async () => {
  await database.pool.query(`UPDATE read.test_notes_v1 SET text = 'secret' WHERE id = 'note-2'`);
  await pause(database.pool, 'test_notes_v1', 'for the test');
  await eventually(() => expect(instance.projector.runner.members.find('test_notes_v1')!.paused).toBe(true));
  const visible = instance.executeAs(system)(new EraseNote('note-3'));
  await expect(visible).rejects.toMatchObject({ code: 'COMMITTED_NOT_VISIBLE' });
  const doubts: number[] = [];
  expect((await verify((differences) => doubts.push(differences))).differences).toEqual([
    { id: 'note-3', kind: 'differs' },
  ]);
  expect(doubts).toEqual([]);
  await resume(database.pool, 'test_notes_v1');
});
