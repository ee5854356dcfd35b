import type { Target } from '../projection/waiter.js';
import type { CommandBase, CommandClass, CommandMeta, Dispatch } from './command.js';
import type { CommandExecutor, Executed } from './executor.js';
import type { CommandRoute, Silos } from './silo.js';

/** Whoever can wait until read models have seen a position; a program without projections has nothing to wait for. */
export type Visibility = { wait(targets: Target[]): Promise<void> };

/** The write path: executes a command and waits until the read models that its payload shows have seen it. */
export class Dispatcher {
  constructor(
    private readonly silos: Silos,
    private readonly executor: CommandExecutor,
    private readonly visibility: Visibility | null,
  ) {}

  /**
   * @throws Refusal: the decision's own, CONFLICT, client_mutation_id_conflict, COMMITTED_NOT_VISIBLE.
   * A decision without events and a repeat wait for the stream's head, so that their caller, too, reads what it wrote.
   */
  async run(command: CommandBase): Promise<Executed> {
    const route = this.silos.routeOf(command.constructor as CommandClass);
    return this.visible(await this.executor.execute(command, route.aggregate, route.decide), route);
  }

  /**
   * What a command of the same caller with the same clientMutationId did; null for a new one. For who cannot prepare a repeated command again,
   * because the first one used something up.
   * @throws Refusal client_mutation_id_conflict, COMMITTED_NOT_VISIBLE
   */
  async earlier(commandClass: CommandClass, dispatch: Dispatch): Promise<Executed | null> {
    const executed = await this.executor.earlier(commandClass, dispatch);
    return executed && this.visible(executed, this.silos.routeOf(commandClass));
  }

  private async visible(executed: Executed, { silo, aggregate }: CommandRoute): Promise<Executed> {
    if (this.visibility && executed.version > 0) {
      const types = executed.types.length > 0 ? executed.types : Object.keys(aggregate.events);
      const { partition, position, streamId } = executed;
      await this.visibility.wait(
        this.silos
          .projectionsFor(silo, types)
          .map(({ versionedName }) => ({ projection: versionedName, partition, position, streamId })),
      );
    }
    return executed;
  }
}

/**
 * Runs commands on behalf of one caller. `input` is what the client sent: its clientMutationId names the command, and the same id with
 * other input is refused. Without an input the command has no idempotency key.
 */
export type Execute = (command: CommandBase, input?: object) => Promise<Executed>;

/** @param run where a stamped command goes: the framework's command bus, or the dispatcher itself. */
export function executeFor(meta: () => CommandMeta, run: (command: CommandBase) => Promise<Executed>): Execute {
  return (command, input) => {
    command.dispatch = dispatchOf(meta(), input);
    return run(command);
  };
}

/** How a command with this input is to be run. */
export function dispatchOf(meta: CommandMeta, input: object | undefined): Dispatch {
  const key = (input as { clientMutationId?: string | null } | undefined)?.clientMutationId;
  return { meta, idempotency: key ? { key, input } : undefined };
}
