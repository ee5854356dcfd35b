import { type GraphQLSchema, isObjectType } from 'graphql';
import type { Page } from './page.js';
import { isConnectionType, undeclaredPageSizes } from './page-sizes.js';

/** What a connection field answers. Each part is read when it is selected; edges and pageInfo come from one page. */
export class Connection<Row> {
  private loaded: Promise<Page<Row>> | undefined;

  constructor(
    private readonly load: () => Promise<Page<Row>>,
    private readonly count: () => Promise<number>,
  ) {}

  page(): Promise<Page<Row>> {
    this.loaded ??= this.load();
    return this.loaded;
  }

  totalCount(): Promise<number> {
    return this.count();
  }
}

type Resolve = (connection: Connection<unknown>) => unknown;

const resolvers: Record<string, Resolve> = {
  edges: async (connection) => (await connection.page()).edges,
  pageInfo: async (connection) => (await connection.page()).pageInfo,
  totalCount: (connection) => connection.totalCount(),
};

/**
 * Lets every connection type of the schema answer from a `Connection`. So what is not selected is not read, whatever executor runs the
 * operation, and no silo writes these resolvers.
 * @throws Error naming each connection field without a default page size: its cost could not be reckoned.
 */
export function resolveConnections(schema: GraphQLSchema): GraphQLSchema {
  const undeclared = undeclaredPageSizes(schema);
  if (undeclared.length > 0) throw new Error(`Nobody declares the default page size of ${undeclared.join(', ')}.`);
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || !isConnectionType(type)) continue;
    for (const [name, resolve] of Object.entries(resolvers)) {
      const field = type.getFields()[name];
      if (field) field.resolve ??= resolve;
    }
  }
  return schema;
}
