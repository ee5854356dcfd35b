import type { LinkTokens } from '../auth/link-token.js';
import type { StreamReader } from '../command/stream-reader.js';
import type { JsonObject } from '../event-store/types.js';
import type { Mailer } from '../mail/mailer.js';

/** What the work of all jobs may use. */
export type TaskTools = {
  /** Brings an aggregate's state up from the log: read models may be behind the event that made the job. */
  reader: StreamReader;
  linkTokens: LinkTokens;
  mailer: Mailer;
  /** Scheme, host and port of the links that people get. */
  publicUrl(): string;
};

/** What the work of one job may use. */
export type JobTools = TaskTools & {
  /** Aborted when the process stops and cannot wait any longer. The try fails, and there will be another. */
  signal: AbortSignal;
};

/** One kind of background work. */
export type Task<Payload extends JsonObject = any> = {
  /** `accounts/send-password-reset`: stored with every job, so it is for ever. */
  name: string;
  /** Tries with growing pauses between them (2.7 s, 7.4 s, … 6.1 h); then the job waits for an operator. */
  maxAttempts: number;
  /**
   * Does the work of one job. At least once: a repeat must change nothing.
   * @throws PermanentFailure when no further try can help; anything else is tried again
   */
  run(payload: Payload, tools: JobTools): Promise<void>;
};

/** Work to be done once: ids only, for a payload lies open in the database. Secrets and personal data are looked up by the task. */
export type Job = { task: string; payload: JsonObject; maxAttempts: number };

/** All tasks that any loaded module declares; the start compares it with what the silos registered. */
const declared = new Set<Task>();
export const declaredTasks = (): ReadonlySet<Task> => declared;

/** Declares a task; the silo's module registers it once. */
export function task<Payload extends JsonObject>(options: Task<Payload>): Task<Payload> {
  declared.add(options);
  return options;
}

/** A job for a task, with the payload that the task takes. */
export function job<Payload extends JsonObject>({ name, maxAttempts }: Task<Payload>, payload: Payload): Job {
  return { task: name, payload, maxAttempts };
}
