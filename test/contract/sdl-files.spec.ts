import { mergeSdl, schemaOf, sdlProblems } from './sdl-files.js';

const files = (...texts: string[]) => texts.map((text, index) => ({ path: `${index}.graphql`, text }));

describe('mergeSdl', () => {
  it('joins blocks of one type, whether they extend it or declare it again', () => {
    const schema = schemaOf(
      mergeSdl(files('type Query { a: Int }', '"d" type Query { b: Int }', 'extend type Query { c: Int }')),
    );
    expect(Object.keys(schema.getQueryType()!.getFields())).toEqual(['a', 'b', 'c']);
  });

  it('keeps an extension that comes before its type', () => {
    const schema = schemaOf(mergeSdl(files('extend type A { b: Int }', 'type A { a: Int }')));
    expect(schema.toConfig().types.some((type) => type.name === 'A')).toBe(true);
    expect(schema.getType('A')).toHaveProperty('_fields');
  });

  it('gives an empty schema for no file and for comments only', () => {
    expect(mergeSdl(files('# nothing yet'))).toBe('');
    expect(schemaOf('').getQueryType()).toBeUndefined();
  });

  it('names the file that does not parse', () => {
    expect(() => mergeSdl(files('type {'))).toThrow(/^0.graphql: Syntax Error/);
  });
});

describe('sdlProblems', () => {
  it('accepts several root blocks and one owner with extensions', () => {
    expect(
      sdlProblems(files('type Query { a: Int } type A { a: Int }', 'type Query { b: Int } extend type A { b: Int }')),
    ).toEqual([]);
  });

  it.each([
    ['a root field', 'type Query { a: Int }', 'type Query { a: Int! }', 'Query.a'],
    ['a field of an extension', 'type A { a: Int }', 'extend type A { a(x: Int): Int }', 'A.a'],
    ['a type', 'type A { a: Int }', 'type A { b: Int }', 'A'],
    ['a scalar', 'scalar A', 'scalar A', 'A'],
    ['an enum value', 'enum A { X }', 'extend enum A { X }', 'A.X'],
    ['an input field', 'input A { x: Int }', 'extend input A { x: Int }', 'A.x'],
    ['a union member', 'union A = X', 'extend union A = X', 'A.X'],
    ['a directive', 'directive @a on FIELD', 'directive @a on FIELD', '@a'],
  ])('finds %s declared twice', (_what, first, second, name) => {
    expect(sdlProblems(files(first, second))).toEqual([`${name} is declared 2 times: 0.graphql, 1.graphql.`]);
  });

  it('finds an extension of what nobody declares', () => {
    expect(sdlProblems(files('extend type A { a: Int }'))).toEqual([
      'A is extended in 0.graphql, and declared nowhere.',
    ]);
  });
});
