import { type JitRuntime, jitRuntime } from 'graphql-jit/dist/runtime.js';

type Handle = JitRuntime['handleResolverResult'];

/**
 * In graphql-jit the handling of a value that a resolver or a list gave is not guarded: what throws there (a getter of a row, the
 * search for the type of an interface) would leave the request without an answer, and the process with an unhandled rejection that
 * ends it. It becomes the error of that field, as in graphql-js. The compiled code looks these functions up in this one object.
 */
const guarded: Handle = (ctx, value, onSuccess, onError) => {
  if (!jitRuntime.isPromise(value)) return attempt(value, onSuccess, onError);
  const settled = (): void => {
    ctx.promiseCounter -= 1;
    if (ctx.promiseCounter === 0) ctx.resolve?.(ctx);
  };
  ctx.promiseCounter += 1;
  void (value as Promise<unknown>).then(
    (result) => {
      attempt(result, onSuccess, onError);
      settled();
    },
    (error: unknown) => {
      onError(error);
      settled();
    },
  );
};

function attempt(value: unknown, onSuccess: (value: unknown) => void, onError: (error: unknown) => void): void {
  try {
    onSuccess(value);
  } catch (error) {
    onError(error);
  }
}

Object.assign(jitRuntime, { handleResolverResult: guarded, handleListItemResult: guarded });
