export function redirectBuiltInRegistry(graphqlUrl: string): () => void;
