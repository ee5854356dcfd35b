import type { Ctx } from './context.js';

/** What a client should know of something that was done all the same. */
export type Warning = {
  /** Stable, for clients that switch on it. */
  code: string;
  message: string;
  [fact: string]: unknown;
};

declare module './context.js' {
  interface Ctx {
    /** Undefined while there is nothing to say. */
    warnings?: Warning[];
  }
}

/** Says something beside the answer, in its `extensions.warnings`, which clients that do not know of it leave alone. */
export function warn(ctx: Ctx, warning: Warning): void {
  (ctx.warnings ??= []).push(warning);
}
