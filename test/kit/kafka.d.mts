export type Broker = {
  /** What goes into KAFKA_BROKERS. */
  brokers: string;
  dir: string;
  readonly pid: number;
  /** Resolves when the process has ended, by whatever. */
  readonly ended: Promise<void>;
  stop(): Promise<void>;
  kill(): Promise<void>;
  /** SIGSTOP: connections stay open and nothing answers. */
  suspend(): void;
  resume(): void;
  /** The same broker again, with its ports and its data; one that runs is stopped first. Returns when it answers. */
  restart(): Promise<void>;
};

export function startBroker(options: {
  dir: string;
  port?: number;
  controllerPort?: number;
  settings?: Record<string, string>;
  note?: (pid: number) => () => void;
}): Promise<Broker>;
export function answers(brokers: string, failure?: () => string | undefined, timeoutMs?: number): Promise<void>;
export function freePorts(count: number): Promise<number[]>;
