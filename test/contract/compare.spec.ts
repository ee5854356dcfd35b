import { compareSchemas } from './compare.js';
import { schemaOf } from './sdl-files.js';

const contract = `
  directive @onlyFor(who: String = "me") on FIELD
  scalar DateTime
  interface Node { id: ID! }
  interface Named { name: String! }
  type Query { user(id: ID!, limit: Int = 10, order: Order = [DOWN]): User  users: [User!]! }
  type User implements Node & Named { id: ID!  name: String!  nick: String @deprecated(reason: "old")  at: DateTime! }
  enum Order { UP DOWN @deprecated }
  input NewUser { name: String!  tags: [String!] = ["a"]  note: String @deprecated(reason: "gone") }
  union Thing = User | Other
  type Other { id: ID! }
`.replace('[DOWN]', 'DOWN');

/** The contract with one change, as if that were served. */
const compare = (...changes: [from: string, to: string][]) => {
  let served = contract;
  for (const [from, to] of changes) {
    expect(served).toContain(from);
    served = served.replace(from, to);
  }
  return compareSchemas(schemaOf(served), schemaOf(contract));
};
const same = { differences: [], beyond: [], missing: [] };

describe('compareSchemas', () => {
  it('finds nothing between equal schemas, descriptions and reasons aside', () => {
    expect(compare()).toEqual(same);
    expect(compare(['users:', '"all of them" users:'], ['reason: "old"', 'reason: "use name"'])).toEqual(same);
  });

  it.each([
    ['a type', 'name: String!  nick', 'name: String  nick', /^User.name is served with type String; .* String!/],
    ['the type in a list', '[User!]!', '[User]!', /^Query.users is served with type \[User\]!/],
    ["an argument's type", 'user(id: ID!', 'user(id: ID', /^Query.user\(id\) is served with type ID;/],
    ["an argument's default", 'limit: Int = 10', 'limit: Int = 20', /^Query.user\(limit\) is served with default 20/],
    ['a default left out', 'limit: Int = 10', 'limit: Int', /^Query.user\(limit\) is served with default \(none\)/],
    ['an enum default', '= DOWN', '= UP', /^Query.user\(order\) is served with default UP; .* DOWN/],
    ['an argument left out', 'limit: Int = 10,', '', /^Query.user\(limit\) is in the contract, and not served/],
    ['an enum value left out', 'UP DOWN', 'DOWN', /^Order.UP is in the contract, and not served/],
    ["an enum value's deprecation", 'DOWN @deprecated', 'DOWN', /^Order.DOWN is served as not deprecated/],
    ['an input field left out', 'tags: [String!] = ["a"]', '', /^NewUser.tags is in the contract, and not served/],
    ['a deprecated input field left out', 'note: String @deprecated(reason: "gone")', '', /^NewUser.note is in the/],
    ["an input field's default", '["a"]', '["a", "b"]', /^NewUser.tags is served with default \["a", "b"\]/],
    ["a field's deprecation", 'nick: String @deprecated(reason: "old")', 'nick: String', /^User.nick is served as not/],
    ['a kind', 'type Other { id: ID! }', 'interface Other { id: ID! }', /^Other is served as interface; .* object/],
    ["a directive's places", 'on FIELD', 'on QUERY', /^@onlyFor is served with locations QUERY; .* FIELD/],
    ["a directive's default", '"me"', '"you"', /^@onlyFor\(who\) is served with default "you"/],
  ])('tells %s that differs', (_what, from, to, sentence) => {
    const { differences, beyond, missing } = compare([from, to]);
    expect({ beyond, missing }).toEqual({ beyond: [], missing: [] });
    expect(differences).toEqual([expect.stringMatching(sentence)]);
  });

  it.each([
    ['a field', 'users: [User!]!', '', 'Query.users'],
    ['a union member', 'User | Other', 'User', 'Thing.Other'],
    ['an interface of a type', 'Node & Named', 'Node', 'User implements Named'],
    ['an input type', /input NewUser.*/.exec(contract)![0], '', 'NewUser'],
    ['a directive', /directive.*/.exec(contract)![0], '', '@onlyFor'],
  ])('lists %s that is not served', (_what, from, to, line) => {
    expect(compare([from, to])).toEqual({ ...same, missing: [line] });
  });

  it.each([
    ['a type', 'scalar DateTime', 'scalar DateTime type More { a: Int }', 'More'],
    ['a field', 'users: [User!]!', 'users: [User!]! more: Int', 'Query.more'],
    ['an argument', 'limit: Int = 10', 'limit: Int = 10, more: Int', 'Query.user(more)'],
    ['an input field', 'tags:', 'more: Int tags:', 'NewUser.more'],
    ['an enum value', 'UP ', 'UP MORE ', 'Order.MORE'],
    ['a union member', 'User | Other', 'User | Other | Query', 'Thing.Query'],
    ['an interface of a type', 'type Other', 'type Other implements Node', 'Other implements Node'],
    ['a directive', 'scalar DateTime', 'scalar DateTime directive @more on FIELD', '@more'],
  ])('lists %s beyond the contract', (_what, from, to, line) => {
    expect(compare([from, to])).toEqual({ ...same, beyond: [line] });
  });

  it('lists everything, each type once, when nothing is served', () => {
    const { missing, ...rest } = compareSchemas(schemaOf(''), schemaOf(contract));
    expect(rest).toEqual({ differences: [], beyond: [] });
    expect(missing).toEqual([
      '@onlyFor',
      'DateTime',
      'Named',
      'NewUser',
      'Node',
      'Order',
      'Other',
      'Query',
      'Thing',
      'User',
    ]);
  });
});
