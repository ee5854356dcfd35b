import { Injectable } from '@nestjs/common';
import { CommandBus, CommandHandler } from '@nestjs/cqrs';
import type { CommandBase, CommandClass, Dispatch } from './command.js';
import { Dispatcher } from './dispatcher.js';
import type { Executed } from './executor.js';
import { Silos, type CommandRoute } from './silo.js';

/** Puts every command of the silos on the framework's bus. Handlers need no class of their own: load, decide, append is the same for all. */
@Injectable()
export class CommandGateway {
  constructor(
    private readonly bus: CommandBus,
    silos: Silos,
    private readonly dispatcher: Dispatcher,
  ) {
    for (const route of silos.commandRoutes) bus.register([handlerOf(route, dispatcher) as never]);
  }

  /** @param command stamped by `executeFor`. */
  run(command: CommandBase): Promise<Executed> {
    return this.bus.execute(command as never);
  }

  /** As the dispatcher's: a look-up, which needs no bus. */
  earlier(commandClass: CommandClass, dispatch: Dispatch): Promise<Executed | null> {
    return this.dispatcher.earlier(commandClass, dispatch);
  }
}

// The bus keys its handlers on class metadata, which CommandHandler writes; a wrapper with a ready instance spares the injector.
function handlerOf({ commandClass }: CommandRoute, dispatcher: Dispatcher) {
  class Handler {
    execute(command: CommandBase): Promise<Executed> {
      return dispatcher.run(command);
    }
  }
  CommandHandler(commandClass)(Handler);
  return { metatype: Handler, instance: new Handler(), isDependencyTreeStatic: () => true };
}
