import { getIntrospectionQuery, getOperationAST, parse } from 'graphql';
import { operationCost, costLimits } from '../../../src/core/graphql/cost.js';
// Declares the page sizes that costs are reckoned with.
import '../../../src/modules.js';
import { servedSdl } from '../../contract/contract-files.js';
import { schemaOf } from '../../contract/sdl-files.js';
import { account, startAccounts, type AccountsServer, type TestAccount } from './kit.js';

/** What the clients send, as they send it: the texts and the variables of wasmer 7.4.2 and of the JavaScript SDK. */
const operations: {
  name: string;
  query: string;
  variables: Record<string, unknown>;
  statements: number;
  anonymous?: boolean;
}[] = [
  {
    name: 'GetCurrentUser',
    query: 'query GetCurrentUser {\n  viewer {\n    id\n    username\n  }\n}\n',
    variables: {},
    // Who calls; the account.
    statements: 2,
  },
  {
    name: 'GetCurrentUserWithNamespaces',
    query:
      'query GetCurrentUserWithNamespaces($namespaceRole: GrapheneRole) {\n  viewer {\n    id\n    username\n    namespaces(role: $namespaceRole) {\n      edges {\n        node {\n          id\n          name\n          globalName\n        }\n      }\n    }\n  }\n}\n',
    variables: { namespaceRole: null },
    // Who calls; the account; its namespaces.
    statements: 3,
  },
  {
    name: 'GetNamespace',
    query:
      'query GetNamespace($name: String!) {\n  getNamespace(name: $name) {\n    id\n    name\n    globalName\n  }\n}\n',
    variables: { name: 'acme' },
    // Who calls; the namespace.
    statements: 2,
  },
  {
    name: 'CreateNamespace',
    query:
      'mutation CreateNamespace($input: CreateNamespaceInput!) {\n  createNamespace(input: $input) {\n    namespace {\n      id\n      name\n      globalName\n    }\n  }\n}\n',
    variables: {
      input: { name: 'fresh', displayName: null, description: 'hi', avatar: null, clientMutationId: null },
    },
    // Who calls; the stream; the append; the two rows of the payload.
    statements: 5,
  },
  {
    name: 'ViewerCan',
    query:
      'query ViewerCan($action: OwnerAction!, $ownerName: String!) {\n  viewerCan(action: $action, ownerName: $ownerName)\n}\n',
    variables: { action: 'DEPLOY_APP', ownerName: 'acme' },
    // Who calls; who has the name.
    statements: 2,
  },
  {
    name: 'srcGetViewerQuery',
    query: 'query srcGetViewerQuery {\n  viewer {\n    username\n    id\n  }\n}\n',
    variables: {},
    statements: 2,
  },
  {
    name: 'GetCurrentUser before the login',
    query: 'query GetCurrentUser {\n  viewer {\n    id\n    username\n  }\n}\n',
    variables: {},
    statements: 0,
    anonymous: true,
  },
];

let server: AccountsServer;
let ada: TestAccount;

beforeAll(async () => {
  server = await startAccounts();
  ada = await account(server, 'ada');
  // The first number of a process is drawn with nineteen more, which is a statement of its own.
  await ada.ask(`mutation { createNamespace(input: { name: "acme" }) { namespace { id } } }`);
});

afterAll(() => server.close());

it.each(operations)('$name runs $statements SQL statements', async ({ query, variables, statements, anonymous }) => {
  const ask = anonymous ? server.ask : ada.ask;
  const counted = await server.statements(async () => {
    const { errors } = await ask(query, variables);
    expect(errors).toBeUndefined();
  });
  expect(counted).toBe(statements);
});

describe('the cost of an operation', () => {
  const schema = schemaOf(servedSdl());
  const costOf = (query: string, variables: Record<string, unknown>) => {
    const document = parse(query);
    return operationCost(schema, { document, operation: getOperationAST(document)! }, variables);
  };

  it('of the clients and of editors stays below a tenth of the limit', () => {
    const texts = [...operations, { query: getIntrospectionQuery(), variables: {} }];
    for (const { query, variables } of texts) expect(costOf(query, variables)).toBeLessThan(costLimits.max / 10);
  });

  it('is refused by name when it is too large, with the variables that make it so', async () => {
    const page = 'namespaces(first: $n) { edges { cursor node { id name } } }';
    const query = `query ($n: Int) { viewer { ${Array.from({ length: 25 }, (_, i) => `a${i}: ${page}`).join(' ')} } }`;
    expect((await ada.ask(query, { n: 100 })).errors).toBeUndefined();
    const { status, errors } = await ada.ask(query, { n: 1000 });
    expect({ status, extensions: errors![0]!.extensions }).toMatchObject({
      status: 400,
      extensions: { code: 'GRAPHQL_VALIDATION_FAILED', limit: 'cost', max: 100_000 },
    });
  });
});
