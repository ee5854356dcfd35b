import { setTimeout } from 'node:timers/promises';
import type { EventStore } from '../event-store/event-store.js';
import {
  ClaimTaken,
  CommandKeyConflict,
  ConcurrencyConflict,
  SubjectErased,
  type AppendRequest,
  type AppendResult,
  type NewEvent,
} from '../event-store/types.js';
import type { EventCodec } from '../event-store/event-codec.js';
import { refuse } from '../errors/core.errors.js';
import type { Aggregate, Decide } from './aggregate.js';
import type { CommandBase, CommandClass, Dispatch } from './command.js';
import type { Claim, Decision } from './decision.js';
import type { CommandKeys } from './command-keys.js';
import type { LoadedAggregate, StreamReader } from './stream-reader.js';

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
const maxAttempts = 10;

/** Another writer was first; or Postgres rolled the append back for it: serialization, deadlock, a lock that took too long. */
function isLostRace(error: unknown): boolean {
  if (error instanceof ConcurrencyConflict) return true;
  return ['40001', '40P01', '55P03'].includes((error as { code?: string }).code ?? '');
}

/** Load, decide, append; again from the start when another writer was first. */
export class CommandExecutor {
  constructor(private readonly ports: DispatcherPorts) {}

  async execute(command: CommandBase, aggregate: Aggregate, decide: Decide<any, any, any>): Promise<Executed> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.attempt(command, aggregate, decide);
      } catch (error) {
        if (error instanceof CommandKeyConflict) throw keyConflict();
        if (error instanceof SubjectErased) throw refuse('ERASED');
        if (!isLostRace(error)) throw error;
        if (attempt === maxAttempts) throw refuse('CONFLICT');
        // Many commands for one stream at once: spread the next tries, or all but one lose again.
        await setTimeout(Math.random() * Math.min(50, 2 ** attempt));
      }
    }
  }

  /**
   * What a command did the first time, when it is known by its key; nothing is decided.
   * @throws Refusal client_mutation_id_conflict
   */
  async earlier(commandClass: CommandClass, dispatch: Dispatch): Promise<Executed | null> {
    const commandKey = this.ports.keys.keyOf(commandClass, dispatch);
    if (!commandKey) return null;
    const { earlier } = await this.ports.store.load([], commandKey).catch((error: unknown) => {
      throw error instanceof CommandKeyConflict ? keyConflict() : error;
    });
    return earlier ? repeated(earlier) : null;
  }

  private async attempt(command: CommandBase, aggregate: Aggregate, decide: Decide<any, any, any>): Promise<Executed> {
    const commandKey = this.ports.keys.keyOf(command.constructor as CommandClass, command.dispatch);
    const loaded = await this.ports.reader.load(aggregate, command.streamId, commandKey);
    if (loaded.repeated) return repeated(loaded.repeated);
    const decided: Decision<any> = decide(loaded.state, command, command.dispatch.meta);
    const decidedNothing = decided.facts.length === 0 && !decided.eraseSubject;
    // A key is kept also for a decision without events: its repeat must not act on what others changed in between.
    if (decidedNothing && !commandKey) return { ...loaded.head, types: [], outcome: 'unchanged' };

    const events = await this.sealedEvents(command.streamId, aggregate, decided, loaded);
    const result = await this.append({ ...requestOf(command, decided), ...events, commandKey }, decided);
    if (result.outcome === 'repeated') return repeated(result);
    const head = result.streams[0]!;
    if (decidedNothing) return { ...head, types: [], outcome: 'unchanged' };
    this.ports.appended();
    const written = decided.facts.map((fact) => fact.event);
    this.ports.reader.afterAppend(aggregate, loaded, written, head.version);
    return { ...head, types: [...new Set(written.map((event) => event.type))], outcome: 'appended' };
  }

  private async sealedEvents(streamId: string, aggregate: Aggregate, decided: Decision<any>, loaded: LoadedAggregate) {
    const facts = decided.facts;
    const written = facts.map((fact) => fact.event);
    const { data, newKeys } = await this.ports.codec.seal(aggregate.events, streamId, written, loaded.dataKeys);
    const keysOf = (claims?: Claim[]) => claims?.map((claim) => this.ports.keys.claimKey(claim));
    const events: NewEvent[] = facts.map(({ event, claims }, index) => ({
      type: event.type,
      schemaVersion: aggregate.events[event.type]!.version,
      data: data[index]!,
      claims: claims && { take: keysOf(claims.take), release: keysOf(claims.release) },
    }));
    return { streams: [{ streamId, expected: loaded.head.version, events }], dataKeys: newKeys };
  }

  private async append(request: AppendRequest, decided: Decision<any>): Promise<AppendResult> {
    try {
      return await this.ports.store.append(request);
    } catch (error) {
      if (!(error instanceof ClaimTaken)) throw error;
      const claims: Claim[] = decided.facts.flatMap((fact) => fact.claims?.take ?? []);
      const taken = claims.find((claim) => this.ports.keys.claimKey(claim) === error.key);
      throw taken ? taken.taken() : error;
    }
  }
}

function requestOf(command: CommandBase, decided: Decision<any>): Omit<AppendRequest, 'streams'> {
  const { actor, correlationId, causationId, traceparent, now } = command.dispatch.meta;
  return {
    conditions: decided.conditions,
    eraseSubjects: decided.eraseSubject ? [command.streamId] : [],
    metadata: { actor, correlationId, causationId, traceparent },
    occurredAt: now,
  };
}

const keyConflict = () => refuse('client_mutation_id_conflict', { field: 'clientMutationId' });

function repeated(result: AppendResult): Executed {
  const head = result.streams[0]!;
  return { ...head, types: [], outcome: 'repeated' };
}
