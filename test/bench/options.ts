import type { LogSize } from './generate.js';

/** Another server that answers a like question, and its process. */
export type Beside = { name: string; url: string; pid: number };

export type BenchOptions = {
  parts: string[];
  /** Short rounds, for a test of the bench itself. */
  quick: boolean;
  /** A million requests for the part `graphql`. */
  million: boolean;
  /** Of the generated log that the part `rebuild` measures on. */
  log: LogSize;
  /** What the instance of the part `registry` holds; the same seed gives the same. */
  registry: { packages: number; versions: number; seed: number };
  /** Servers that `registry` asks in turns with this one, and the body of the request that it sends them. */
  beside: Beside[];
  besideRequest: { query: string; variables?: object } | undefined;
  /** The template database, not yet migrated. */
  templateUrl: string;
  /** The folder of the peers, when a part that compares with them is wanted. */
  peers: string | undefined;
  /** Address of a Kafka, when the part `kafka` is wanted. */
  brokers: string | undefined;
  /** The project's folder. */
  root: string;
  /** A folder for data that is removed at the end. */
  scratch: string;
};
