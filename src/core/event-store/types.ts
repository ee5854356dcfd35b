/** The words of the event store. Nothing here knows Postgres, Kafka or the product. */

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type JsonObject = { [key: string]: Json };

/** A domain event as `decide` returns and `evolve` reads it. The wire type and its schema are for ever. */
export type Event<Type extends string = string, Data = JsonObject> = { type: Type; data: Data };

/** Who caused it. `anonymous` has a scope of its own for command keys; `system` is a reactor, a job or an operator's shell. */
export type Actor =
  | { kind: 'anonymous' }
  | { kind: 'user'; userId: string; isOperator: boolean; tokenId: string }
  | { kind: 'system'; name: string };

export type EventMetadata = {
  actor: Actor;
  /** One id for all that follows from one request. */
  correlationId: string;
  /** The event or command that caused this one, when a reactor acts. */
  causationId?: string;
  /** W3C traceparent of the request, when it had one. */
  traceparent?: string;
  /** Scope, mutation and key of an idempotent command. */
  commandKey?: string;
  claims?: ClaimChange;
};

/** Keys that a stream takes and releases with an event. A claims table is a function of these. */
export type ClaimChange = { take?: string[]; release?: string[] };

/** An event as it stands in the log, upcast to its newest schema and unsealed. */
export type Recorded<E extends Event = Event> = E & {
  streamId: string;
  /** 1 for the first event of its stream, without holes. */
  streamVersion: number;
  /** Place in the whole log. Grows; has holes. */
  position: number;
  partition: number;
  metadata: EventMetadata;
  occurredAt: Date;
};

/** A row of the log as stored: not upcast, sealed values still sealed. */
export type StoredEvent = {
  position: number;
  partition: number;
  streamId: string;
  streamVersion: number;
  type: string;
  schemaVersion: number;
  data: JsonObject;
  metadata: EventMetadata;
  occurredAt: Date;
};

/**
 * What the writer believes of a stream. A number is the exact version, `none` is version 0, `exists` is any version
 * above 0, `any` checks nothing and never conflicts.
 */
export type ExpectedVersion = number | 'none' | 'exists' | 'any';

export type NewEvent = { type: string; schemaVersion: number; data: JsonObject; claims?: ClaimChange };

export type StreamAppend = { streamId: string; expected: ExpectedVersion; events: NewEvent[] };

/** A stream that must be as said when the append commits, without being written to. */
export type Condition = { streamId: string; version: number | 'exists' };

/** Names one command of one actor, so that a repeat changes nothing. */
export type CommandKey = {
  /** `user:<id>`, `anonymous`, `system:<name>`. */
  scope: string;
  /** The command's name. */
  command: string;
  /** The client's clientMutationId; never empty. */
  key: string;
  /** Keyed hash of the input: the same key with other input is refused. */
  inputHash: Buffer;
};

/** A data key, already wrapped by the key ring, that the append stores with its events. */
export type WrappedDataKey = { subject: string; wrapped: string; ringKeyId: string };

export type AppendRequest = {
  streams: StreamAppend[];
  conditions?: Condition[];
  commandKey?: CommandKey;
  dataKeys?: WrappedDataKey[];
  /** Subjects whose data keys are destroyed in the same transaction. */
  eraseSubjects?: string[];
  metadata: Omit<EventMetadata, 'claims' | 'commandKey'>;
  occurredAt: Date;
};

export type StreamHead = { streamId: string; version: number; position: number; partition: number };

export type AppendResult = {
  /** `repeated`: the command key was known; nothing was written, `streams` are those of the first time. */
  outcome: 'appended' | 'repeated';
  streams: StreamHead[];
  /** The last position that belongs to the command. */
  position: number;
};

/** Another writer was first. Reload and decide again. */
export class ConcurrencyConflict extends Error {
  override readonly name = 'ConcurrencyConflict';
  constructor(
    readonly streamId: string,
    readonly expected: ExpectedVersion,
    readonly actual: number,
  ) {
    super(`Stream ${streamId} is at version ${actual}, expected ${expected}.`);
  }
}

/** The key belongs to another stream. The command side turns this into the claim's refusal code and field. */
export class ClaimTaken extends Error {
  override readonly name = 'ClaimTaken';
  constructor(
    readonly key: string,
    readonly ownerStreamId: string,
  ) {
    super(`The claim ${key} is taken.`);
  }
}

/** The same command key came with other input. */
export class CommandKeyConflict extends Error {
  override readonly name = 'CommandKeyConflict';
  constructor(readonly key: string) {
    super('The command key was used with other input.');
  }
}

/** A stream releases a claim that it does not own: a fault of the command, for its state must know its claims. */
export class ClaimNotOwned extends Error {
  override readonly name = 'ClaimNotOwned';
  constructor(
    readonly key: string,
    readonly streamIds: string[],
    readonly ownerStreamId: string | null,
  ) {
    super(`The claim ${key} is released by ${streamIds.join(', ')}, which does not own it.`);
  }
}

/** Personal data of a subject whose data key was destroyed cannot be sealed again. */
export class SubjectErased extends Error {
  override readonly name = 'SubjectErased';
  constructor(readonly subject: string) {
    super(`The subject ${subject} is erased.`);
  }
}

/** Folded state of a stream at a version: a cache, never truth. */
export type Snapshot = { stateVersion: number; streamVersion: number; state: JsonObject };

/** A data key as stored. `wrapped` and `ringKeyId` are null when the subject is erased. */
export type StoredDataKey = {
  subject: string;
  wrapped: string | null;
  ringKeyId: string | null;
  erasedAt: Date | null;
};

export type LoadOptions = {
  /** Leave out events up to this version, by stream id. */
  afterVersion?: Record<string, number>;
  /** Ask for the snapshot with this state version, by stream id; events up to it are then left out. */
  stateVersion?: Record<string, number>;
  /** Subjects whose data keys are wanted. */
  subjects?: string[];
};

export type LoadedStream = {
  /** At version 0, position 0 when the stream does not exist. */
  head: StreamHead;
  events: StoredEvent[];
  snapshot?: Snapshot;
};

/** All from one moment of the log. */
export type LoadedStreams = {
  streams: Map<string, LoadedStream>;
  dataKeys: Map<string, StoredDataKey>;
  /** What the command with this key did the first time. */
  earlier?: AppendResult;
};
