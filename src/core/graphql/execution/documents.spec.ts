import { parse } from 'graphql';
import { Documents, sha256 } from './documents.js';

const text = (name: string) => `{ ${name.padEnd(96, 'x')} }`;
const [a, b, c] = [text('a'), text('b'), text('c')] as [string, string, string];

/** Each of the texts weighs 200. */
function documents(maxCharacters: number) {
  const cache = new Documents(maxCharacters);
  return { cache, add: (each: string) => cache.add(each, parse(each)) };
}

it('keeps what was used last, within its size', () => {
  const { cache, add } = documents(400);
  add(a);
  add(b);
  cache.get(a);
  add(c);
  expect([cache.get(a)?.text, cache.get(b), cache.get(c)?.text]).toEqual([a, undefined, c]);
});

it('finds a document by the SHA-256 of its text and by the names that it was given, as long as it is kept', () => {
  const { cache, add } = documents(400);
  const document = add(a);
  cache.name(document, 'other');
  expect([cache.byId(sha256(a)), cache.byId('other'), cache.byId('none')]).toEqual([document, document, undefined]);
  add(b);
  add(c);
  expect([cache.byId(sha256(a)), cache.byId('other')]).toEqual([undefined, undefined]);
});

it('takes the newest node for a text, and still knows the one that a request under way holds', () => {
  const { cache } = documents(400);
  const [first, second] = [parse(a), parse(a)];
  const older = cache.add(a, first);
  const newer = cache.add(a, second);
  expect(cache.get(a)).toBe(newer);
  expect(cache.of(first)).toBe(older);
  cache.add(b, parse(b));
  expect(cache.get(a)).toBe(newer);
});

it('counts what a document has come to weigh more', () => {
  const { cache, add } = documents(600);
  add(a);
  const grown = add(b);
  cache.grow(grown, 201);
  expect([cache.get(a), cache.get(b)]).toEqual([undefined, grown]);
  cache.grow(grown, 200);
  expect(cache.get(b)).toBeUndefined();
  expect(add(a)).toBe(cache.get(a));
});

it('gives names to nothing that has gone', () => {
  const { cache, add } = documents(200);
  const gone = add(a);
  add(b);
  cache.name(gone, 'gone');
  cache.grow(gone, 1000);
  expect([cache.byId('gone'), cache.get(b)?.text]).toEqual([undefined, b]);
});
