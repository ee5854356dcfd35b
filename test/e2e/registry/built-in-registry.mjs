/** What the SDK resolves packages at, whatever registry it is told to publish to. */
const builtIn = 'https://registry.wasmer.io/graphql';

/** Sends what is for that one address to another. @returns what undoes it */
export function redirectBuiltInRegistry(graphqlUrl) {
  const { fetch } = globalThis;
  globalThis.fetch = (input, options) => {
    const request = new Request(input, options);
    return fetch(request.url === builtIn ? new Request(graphqlUrl, request) : request);
  };
  return () => void (globalThis.fetch = fetch);
}
