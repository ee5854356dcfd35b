import { declaredProjections, typesOf, type Definition, type Projection } from '../projection/definition.js';
import { declaredReactors, type Reactor } from '../reactor/reactor.js';
import type { BlobColumn } from '../projection/blob-columns.js';
import { declaredTasks, type Task } from '../tasks/task.js';
import type { EventTypes } from '../event-store/event-types.js';
import { declaredAggregates, type Aggregate, type Decide } from './aggregate.js';
import { declaredCommands, type CommandClass } from './command.js';

/** What one silo brings: its module registers each aggregate, projection, reactor and task here, once. */
export type Silo = {
  name: string;
  aggregates: Aggregate[];
  projections: Projection[];
  reactors?: Reactor[];
  tasks?: Task[];
  /** Columns of its read models that name contents of the blob store. What none of them names is collected. */
  blobs?: BlobColumn[];
};

export type CommandRoute = {
  commandClass: CommandClass;
  silo: string;
  aggregate: Aggregate;
  decide: Decide<any, any, any>;
};

/** All silos of this program, and what can be looked up in them. */
export class Silos {
  private readonly routes = new Map<string, CommandRoute>();
  readonly projections: Projection[];
  readonly reactors: Reactor[];
  readonly tasks: Task[];
  readonly blobColumns: BlobColumn[];
  readonly eventTypes: EventTypes;

  /**
   * @param options.complete false for a part of the program, such as a test's own silos
   * @throws Error that names what a loaded module declares and no silo registers, or what is registered twice.
   */
  constructor(
    readonly all: Silo[],
    options: { complete: boolean } = { complete: true },
  ) {
    this.projections = all.flatMap((silo) => silo.projections);
    this.reactors = all.flatMap((silo) => silo.reactors ?? []);
    this.tasks = all.flatMap((silo) => silo.tasks ?? []);
    this.blobColumns = all.flatMap((silo) => silo.blobs ?? []);
    const aggregates = all.flatMap((silo) => silo.aggregates);
    this.eventTypes = Object.assign({}, ...aggregates.map(({ events }) => events));
    assertUnique(
      'silo',
      all.map(({ name }) => name),
    );
    assertUnique(
      'aggregate',
      aggregates.map(({ name }) => name),
    );
    assertUnique(
      'event type',
      aggregates.flatMap(({ events }) => Object.keys(events)),
    );
    assertUnique(
      'projection',
      this.projections.map(({ versionedName }) => versionedName),
    );
    assertUnique(
      'reactor',
      this.reactors.map(({ name }) => name),
    );
    assertUnique(
      'task',
      this.tasks.map(({ name }) => name),
    );
    for (const silo of all) for (const aggregate of silo.aggregates) this.addRoutes(silo.name, aggregate);
    if (options.complete) this.assertComplete();
  }

  /** All that follows the log. */
  get definitions(): Definition[] {
    return [...this.projections, ...this.reactors];
  }

  get commandRoutes(): CommandRoute[] {
    return [...this.routes.values()];
  }

  routeOf({ commandName: name }: CommandClass): CommandRoute {
    const route = this.routes.get(name);
    if (!route) throw new Error(`The command ${name} is listed in no registered aggregate.`);
    return route;
  }

  /** The silo's own projections that read any of these types: what a payload of the silo shows. */
  projectionsFor(siloName: string, types: string[]): Projection[] {
    const silo = this.all.find(({ name }) => name === siloName)!;
    return silo.projections.filter((projection) => typesOf(projection).some((type) => types.includes(type)));
  }

  private addRoutes(silo: string, aggregate: Aggregate): void {
    for (const [commandClass, decide] of aggregate.decisions) {
      const name = commandClass.commandName;
      if (this.routes.has(name)) throw new Error(`The command ${name} is registered twice.`);
      this.routes.set(name, { commandClass, silo, aggregate, decide });
    }
  }

  private assertComplete(): void {
    const aggregates = this.all.flatMap((silo) => silo.aggregates);
    assertRegistered('aggregate', declaredAggregates(), aggregates);
    assertRegistered('projection', declaredProjections(), this.projections);
    assertRegistered('reactor', declaredReactors(), this.reactors);
    assertRegistered('task', declaredTasks(), this.tasks);
    for (const name of declaredCommands()) {
      if (!this.routes.has(name))
        throw new Error(`The command ${name} has no decide function: list it in its aggregate's decisions.`);
    }
  }
}

function assertRegistered<Part extends { name: string }>(
  kind: string,
  declared: ReadonlySet<Part>,
  registered: Part[],
): void {
  for (const part of declared) {
    if (!registered.includes(part)) throw new Error(`The ${kind} ${part.name} is registered by no silo.`);
  }
}

function assertUnique(kind: string, names: string[]): void {
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice) throw new Error(`The ${kind} ${twice} is registered twice.`);
}
