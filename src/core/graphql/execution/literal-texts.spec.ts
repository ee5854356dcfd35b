import fc from 'fast-check';
import { parse, visit } from 'graphql';
import { textForm } from './literal-texts.js';

it.each([
  ['{ a(b: "x") }', '{ a(b: "text1") }', { text1: 'x' }],
  ['{ a(b: "x", c: "y", d: "x") }', '{ a(b: "text1", c: "text2", d: "text1") }', { text1: 'x', text2: 'y' }],
  ['{ a(b: "") }', '{ a(b: "text1") }', { text1: '' }],
  ['{ a(b: "# no comment") # "a comment"\n}', '{ a(b: "text1") # "a comment"\n}', { text1: '# no comment' }],
  ['{ a(b: "𝒳 ü") }', '{ a(b: "text1") }', { text1: '𝒳 ü' }],
  ['{ a(b: "text2") }', '{ a(b: "text1") }', { text1: 'text2' }],
])('%s', (document, form, texts) => expect(textForm(document)).toEqual({ form, texts }));

it.each([
  '{ a }',
  '# only "a comment"',
  '{ a(b: """x""") }',
  '{ a(b: """""") }',
  String.raw`{ a(b: "\"") }`,
  String.raw`{ a(b: "x\u0041") }`,
  '{ a(b: "x) }',
  '{ a(b: "x\ny") }',
  '{ a(b: "x\0y") }',
  '{ a(b: "x\ud800") }',
])('leaves %j alone', (document) => expect(textForm(document)).toBeNull());

it('finds the texts that graphql-js finds, in whatever it can read', () => {
  const piece = fc.oneof(
    fc.constantFrom('"', '"""', '\\', '\\"', '#', '\n', '\r', '"x"', 'a(b: "y")', '\t', '\u2028', ' '),
    fc.string({ unit: 'binary', maxLength: 3 }),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 6 }), (pieces) => {
      const document = `{ a(b: "first") a(c: "${pieces.join('')}") }`;
      const found = textForm(document);
      if (found) expect(Object.values(found.texts).toSorted()).toEqual(textsOf(document, found));
    }),
    { numRuns: 3000 },
  );
});

/** Of what cannot be read there is nothing to compare: it is refused before it is used. */
function textsOf(document: string, { texts }: { texts: Record<string, string> }): string[] {
  const read: string[] = [];
  try {
    visit(parse(document), { StringValue: ({ value }) => void read.push(value) });
  } catch {
    return Object.values(texts).toSorted();
  }
  return [...new Set(read)].toSorted();
}
