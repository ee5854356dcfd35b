import type { Ctx } from '../context.js';
import type { Answer, Engine, OperationRequest, Prepared } from '../engine.js';

export type OperationKind = 'invalid' | 'query' | 'mutation' | 'subscription';

/** One operation of a socket, from its start until nothing of it is left. */
export class Operation {
  kind: OperationKind = 'invalid';
  /** Whether any answer held an error. */
  failed = false;
  stopped = false;
  /** Settles when the operation owes no answer: it has ended, or it is a subscription, which may go on for ever. */
  readonly answered: Promise<void>;
  private settle!: () => void;
  private stream: AsyncIterator<Answer> | undefined;
  private released: Promise<unknown> | undefined;

  /** @param send resolves when the client has room for the next answer. */
  constructor(
    private readonly engine: Engine,
    private readonly send: (answer: Answer) => Promise<void>,
  ) {
    this.answered = new Promise((resolve) => (this.settle = resolve));
  }

  /**
   * Resolves when the last answer was sent, or after `stop` when the source has let go.
   * @throws whatever the source of a subscription throws.
   */
  async run(prepared: Prepared, variables: OperationRequest['variables'], ctx: Ctx): Promise<void> {
    this.kind = prepared.operation.operation;
    if (this.kind !== 'subscription') return this.answer(await this.engine.execute(prepared, variables, ctx));
    const result = await this.engine.subscribe(prepared, variables, ctx);
    if (!(Symbol.asyncIterator in result)) return this.answer(result);
    this.settle();
    await this.follow(result);
  }

  /** Sends nothing any more, and tells the source of a subscription to end. Does not wait for it. */
  stop(): void {
    this.stopped = true;
    this.released = this.stream?.return?.();
    // `follow` hears of its failure.
    this.released?.catch(() => undefined);
  }

  /** To be called at the very end, however it came. */
  ended(): void {
    this.settle();
  }

  /** One answer at a time: the source is asked for the next one when the client has room for it. */
  private async follow(answers: AsyncIterable<Answer>): Promise<void> {
    const stream = answers[Symbol.asyncIterator]();
    this.stream = stream;
    if (this.stopped) return void (await stream.return?.());
    for (let next = await stream.next(); !next.done; next = await stream.next()) await this.answer(next.value);
    await this.released;
  }

  private async answer(answer: Answer): Promise<void> {
    if (answer.errors) this.failed = true;
    if (!this.stopped) await this.send(answer);
  }
}
