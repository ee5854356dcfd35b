import { storableJson } from './text.js';

describe('storable text', () => {
  it.each([
    ['NUL', { name: 'a\0b' }, 'name'],
    ['a lone high surrogate', { list: [{ title: 'ok' }, { title: '\ud83d' }] }, 'list.1.title'],
    ['a lone low surrogate', { deep: { text: 'x\udc00' } }, 'deep.text'],
    ['surrogates in the wrong order', { text: '\udc00\ud83d' }, 'text'],
    ['NUL in a key', { 'a\0': 1 }, '"a\\u0000"'],
  ])('refuses %s, naming the field', (_what, data, field) => {
    expect(() => storableJson(data)).toThrow(
      expect.objectContaining({ name: 'Refusal', code: 'INVALID_TEXT', details: { field } }),
    );
  });

  it('lets pass whole pairs, other control characters and text that only looks escaped', () => {
    const data = { emoji: '😀', bell: '\u0007', literal: '\\u0000 \\ud83d' };
    expect(JSON.parse(storableJson(data))).toEqual(data);
  });
});
