import fc from 'fast-check';
import { searchText } from './search-text.js';

it.each([
  ['python', { name: 'python', owner: null, words: 'python' }],
  ['  Wasm_Tools\n', { name: 'wasm_tools', owner: null, words: 'Wasm Tools' }],
  ['ACME/Py', { name: 'py', owner: 'acme', words: 'ACME Py' }],
  ['acme/', { name: '', owner: 'acme', words: 'acme ' }],
  ['/py', { name: null, owner: null, words: ' py' }],
  ['a/b/c', { name: null, owner: null, words: 'a b c' }],
  ['acme/py@1.0', { name: null, owner: null, words: 'acme py 1 0' }],
  ['two words', { name: null, owner: null, words: 'two words' }],
  ['-not "a phrase" this-one', { name: null, owner: null, words: '-not "a phrase" this one' }],
  ['a - b --c', { name: null, owner: null, words: 'a   b   c' }],
  ['grüße', { name: null, owner: null, words: 'grüße' }],
  ['% _ \\ " -', { name: null, owner: null, words: null }],
  ['_', { name: '_', owner: null, words: null }],
])('%j is %j', (query, expected) => expect(searchText(query)).toEqual(expected));

it.each(['', ' ', '\t\n', '\0'])('%j asks for everything', (query) => expect(searchText(query)).toBeNull());

it('leaves no mark but quotes and a - in front of a word, and no name with other letters than names have', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (query) => {
      const text = searchText(query);
      expect(text?.words ?? '').not.toMatch(/[!#-,./:-@[-`{-~\0]|[^ ]-|-(?: |$)/);
      expect(text?.name ?? '').toMatch(/^[a-z0-9_-]*$/);
      expect(text?.owner ?? 'a').toMatch(/^[a-z0-9_-]+$/);
    }),
  );
});
