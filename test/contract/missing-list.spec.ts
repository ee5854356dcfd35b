import { difference, grown } from './missing-list.js';
import { schemaOf } from './sdl-files.js';

const contract = schemaOf(`
  interface Node { id: ID! }
  type User implements Node { id: ID! name: String }
  union Thing = User
`);

describe('grown', () => {
  it('sees no growth when a type is served in part, although its fields are listed now', () => {
    expect(grown(['Thing', 'User'], ['User implements Node', 'User.name'], contract)).toEqual([]);
  });

  it('names what was served before', () => {
    expect(grown(['User.name'], ['User.id', 'User.name'], contract)).toEqual(['User.id']);
    expect(grown(['User.name'], ['User'], contract)).toEqual(['User', 'User.id', 'User implements Node']);
    expect(grown([], ['Thing'], contract)).toEqual(['Thing', 'Thing.User']);
  });
});

describe('difference', () => {
  it('is empty for the same list only', () => {
    expect(difference(['a', 'b'], ['a', 'b'])).toEqual([]);
    expect(difference(['a', 'b'], ['b', 'c'])).toEqual(['- a', '+ c']);
    expect(difference(['b', 'a'], ['a', 'b'])).toEqual([expect.stringContaining('not sorted')]);
    expect(difference(['a', 'a'], ['a'])).toEqual([expect.stringContaining('twice')]);
  });
});
