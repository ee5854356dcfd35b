import { counterAggregate, counters, Raise, raises, raisesByParity, testing } from '../../../test/kit/counters.js';
import { reactor } from '../reactor/reactor.js';
import { task } from '../tasks/task.js';
import { aggregate, decides } from './aggregate.js';
import { command } from './command.js';
import { decision } from './decision.js';
import { Silos, type Silo } from './silo.js';

const silo = (change: Partial<Silo>): Silo => ({ ...testing, ...change });
const part =
  (...all: Silo[]) =>
  () =>
    new Silos(all, { complete: false });
const whole =
  (...all: Silo[]) =>
  () =>
    new Silos(all);

it('takes everything that is declared, once', () => {
  const silos = new Silos([testing]);
  expect(silos.commandRoutes.map(({ commandClass }) => commandClass.commandName)).toEqual(['Raise', 'Poison', 'Close']);
  expect(silos.routeOf(Raise)).toMatchObject({ silo: 'test', aggregate: counterAggregate });
  expect(silos.projectionsFor('test', ['test.counter.closed'])).toEqual([counters]);
});

describe('a forgotten registration fails by name', () => {
  it('of an aggregate', () => {
    expect(whole(silo({ aggregates: [] }))).toThrow('The aggregate counter is registered by no silo.');
  });

  it('of a projection', () => {
    expect(whole(silo({ projections: [counters, raisesByParity] }))).toThrow(
      'The projection test_raises is registered by no silo.',
    );
  });

  it('of a command that is dispatched all the same', () => {
    expect(() => new Silos([], { complete: false }).routeOf(Raise)).toThrow(
      'The command Raise is listed in no registered aggregate.',
    );
  });

  it('of a command that no aggregate decides', () => {
    const { decisions } = counterAggregate;
    const last = decisions.pop()!;
    expect(whole(testing)).toThrow("The command Close has no decide function: list it in its aggregate's decisions.");
    decisions.push(last);
    expect(whole(testing)).not.toThrow();
  });
});

describe('a second registration fails by name', () => {
  it('of a silo', () => {
    expect(part(silo({ aggregates: [], projections: [] }), testing)).toThrow('The silo test is registered twice.');
  });

  it('of an aggregate', () => {
    expect(part(silo({ aggregates: [counterAggregate, counterAggregate] }))).toThrow(
      'The aggregate counter is registered twice.',
    );
  });

  it('of a projection; another version of it is another one', () => {
    expect(part(silo({ projections: [counters, raises, counters] }))).toThrow(
      'The projection test_counters_v1 is registered twice.',
    );
    expect(
      part(silo({ projections: [counters, { ...counters, version: 2, versionedName: 'test_counters_v2' }] })),
    ).not.toThrow();
  });

  it('of a command', () => {
    const decisions = [decides(Raise, () => decision())];
    const other = { ...counterAggregate, name: 'other', events: {}, decisions };
    expect(part(silo({ aggregates: [counterAggregate, other] }))).toThrow('The command Raise is registered twice.');
  });

  it('of an event type', () => {
    const other = { ...counterAggregate, name: 'other', decisions: [] };
    expect(part(silo({ aggregates: [counterAggregate, other] }))).toThrow(
      'The event type test.counter.raised is registered twice.',
    );
  });

  it('of a command’s name, already when it is declared', () => {
    expect(() => command('Raise')).toThrow('The command Raise is declared twice.');
  });
});

it('names what a newly declared part forgot', () => {
  class Orphan extends command('Orphan') {
    readonly streamId = 'orphan-1';
  }
  expect(whole(testing)).toThrow('The command Orphan has no decide function');
  const orphans = aggregate({
    name: 'orphan',
    events: {},
    initialState: {},
    evolve: (state) => state,
    decisions: [decides(Orphan, () => decision())],
  });
  expect(whole(testing)).toThrow('The aggregate orphan is registered by no silo.');
  const aggregates = [counterAggregate, orphans];
  expect(whole(silo({ aggregates }))).not.toThrow();

  const greet = task({ name: 'test/greet', maxAttempts: 1, run: async () => undefined });
  const greets = reactor({ name: 'GreetCounters', from: 'now', events: {}, on: {} });
  expect(whole(silo({ aggregates, tasks: [greet] }))).toThrow('The reactor GreetCounters is registered by no silo.');
  expect(whole(silo({ aggregates, reactors: [greets] }))).toThrow('The task test/greet is registered by no silo.');
  expect(whole(silo({ aggregates, reactors: [greets], tasks: [greet] }))).not.toThrow();
  expect(part(silo({ reactors: [greets, greets] }))).toThrow('The reactor GreetCounters is registered twice.');
  expect(part(silo({ tasks: [greet, greet] }))).toThrow('The task test/greet is registered twice.');
});
