import { PictureCache } from './picture-cache.js';

function counted() {
  const made: string[] = [];
  const make =
    (key: string, bytes = 4) =>
    async () => {
      made.push(key);
      return Buffer.alloc(bytes);
    };
  return { made, make };
}

it('makes a content once, also for those who ask at the same time', async () => {
  const { made, make } = counted();
  const cache = new PictureCache(10);
  await Promise.all([cache.get('a', make('a')), cache.get('a', make('a'))]);
  await cache.get('a', make('a'));
  expect(made).toEqual(['a']);
});

it('keeps so many bytes, the last used longest', async () => {
  const { made, make } = counted();
  const cache = new PictureCache(10);
  for (const key of ['a', 'b', 'a', 'c', 'a', 'b']) await cache.get(key, make(key));
  expect(made).toEqual(['a', 'b', 'c', 'b']);
});

it('keeps neither a failure nor what is larger than all its room', async () => {
  const { made, make } = counted();
  const cache = new PictureCache(10);
  await expect(cache.get('a', () => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
  for (const key of ['a', 'big', 'big', 'a']) await cache.get(key, make(key, key === 'big' ? 11 : 4));
  expect(made).toEqual(['a', 'big', 'big', 'a']);
});
