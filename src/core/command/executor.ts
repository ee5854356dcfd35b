import type { EventStore } from '../event-store/event-store.js';
import { ClaimTaken, CommandKeyConflict, ConcurrencyConflict, SubjectErased, type AppendRequest, type AppendResult, type NewEvent } from '../event-store/types.js';
import type { EventCodec } from '../event-store/event-codec.js';
import { refuse } from '../errors/core.errors.js';
import type { Aggregate, Decide } from './aggregate.js';
import type { CommandBase } from './command.js';
import type { Claim, Decision } from './decision.js';
import type { CommandKeys } from './command-keys.js';
import type { StreamReader } from './stream-reader.js';

export type Executed = {
  streamId: string;
  version: number;
  /** Where the stream stands in the log; read models that have seen it show the command's effect. */
  position: number;
  partition: number;
  /** Wire types that were written; empty for a decision without events and for a repeat. */
  types: string[];
  outcome: 'appended' | 'unchanged' | 'repeated';
};

export type DispatcherPorts = {
  store: EventStore;
  reader: StreamReader;
  codec: EventCodec;
  keys: CommandKeys;
  /** Called after each commit that wrote events. */
  appended(): void;
};

/** More lost races than this for one command is not bad luck but contention: the caller is told. */
const maxAttempts = 8;

/** Load, decide, append; again from the start when another writer was first. */
export class CommandExecutor {
  constructor(private readonly ports: DispatcherPorts) {}

  async execute(command: CommandBase, aggregate: Aggregate, decide: Decide<any, any, any>): Promise<Executed> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.attempt(command, aggregate, decide);
      } catch (error) {
        if (error instanceof CommandKeyConflict) throw refuse('client_mutation_id_conflict', { field: 'clientMutationId' });
        if (!(error instanceof ConcurrencyConflict)) throw error;
        if (attempt === maxAttempts) throw refuse('CONFLICT');
      }
    }
  }

  private async attempt(command: CommandBase, aggregate: Aggregate, decide: Decide<any, any, any>): Promise<Executed> {
    const { meta } = command.dispatch;
    const commandKey = this.ports.keys.keyOf(command);
    const loaded = await this.ports.reader.load(aggregate, command.streamId, commandKey);
    if (loaded.repeated) return repeated(loaded.repeated);
    const decided: Decision<any> = decide(loaded.state, command, meta);
    if (decided.facts.length === 0 && !decided.eraseSubject) {
      return { ...loaded.head, types: [], outcome: 'unchanged' };
    }
    const written = decided.facts.map((fact) => fact.event);
    const sealed = await this.ports.codec.seal(aggregate.events, command.streamId, written, loaded.dataKeys);
    const events: NewEvent[] = decided.facts.map(({ event, claims }, index) => ({
      type: event.type,
      schemaVersion: aggregate.events[event.type]!.version,
      data: sealed.data[index]!,
      claims: claims && {
        take: claims.take?.map((claim) => this.ports.keys.claimKey(claim)),
        release: claims.release?.map((claim) => this.ports.keys.claimKey(claim)),
      },
    }));
    const request: AppendRequest = {
      streams: [{ streamId: command.streamId, expected: loaded.head.version, events }],
      conditions: decided.conditions,
      commandKey,
      dataKeys: sealed.newKeys,
      eraseSubjects: decided.eraseSubject ? [command.streamId] : [],
      metadata: {
        actor: meta.actor,
        correlationId: meta.correlationId,
        causationId: meta.causationId,
        traceparent: meta.traceparent,
      },
      occurredAt: meta.now,
    };
    const result = await this.append(request, decided);
    if (result.outcome === 'repeated') return repeated(result);
    this.ports.appended();
    const head = result.streams[0]!;
    this.ports.reader.afterAppend(aggregate, loaded, written, head.version);
    return { ...head, types: [...new Set(events.map((event) => event.type))], outcome: 'appended' };
  }

  private async append(request: AppendRequest, decided: Decision<any>): Promise<AppendResult> {
    try {
      return await this.ports.store.append(request);
    } catch (error) {
      // Erased between the load and the append; the subject is not the stream itself, whose version would have told.
      if (error instanceof SubjectErased) throw refuse('ERASED');
      if (!(error instanceof ClaimTaken)) throw error;
      const claims: Claim[] = decided.facts.flatMap((fact) => fact.claims?.take ?? []);
      const taken = claims.find((claim) => this.ports.keys.claimKey(claim) === error.key);
      throw taken ? taken.taken() : error;
    }
  }
}

function repeated(result: AppendResult): Executed {
  const head = result.streams[0]!;
  return { ...head, types: [], outcome: 'repeated' };
}
